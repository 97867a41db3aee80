package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnPodsTest {
    private final OwnPods own = new OwnPods("node-a");

    private static Pod pod(String name, String node) {
        return Pod.of(
                ObjectMeta.named(name).withNamespace("default"),
                new PodSpec(node, null, List.of(), "Always"),
                PodStatus.PENDING);
    }

    private static ClusterChange change(boolean begins, List<Change<Pod>> pods) {
        return new ClusterChange(begins, List.of(), pods, List.of(), List.of(), List.of(), List.of());
    }

    @Test
    void thoseOfThisNodeComeAndGo() {
        Pod first = pod("web-1", "node-a");
        Pod second = pod("web-2", "node-a");
        assertThat(own.take(change(
                        true,
                        List.of(
                                Change.appeared(second),
                                Change.appeared(first),
                                Change.appeared(pod("web-3", "node-b"))))))
                .containsExactly(first, second);

        assertThat(own.take(change(
                        false, List.of(new Change<>(first, null), new Change<>(second, pod("web-2", "node-b"))))))
                .isEmpty();
    }

    @Test
    void whatBeginsAgainForgets() {
        own.take(change(true, List.of(Change.appeared(pod("web-1", "node-a")))));

        assertThat(own.take(change(true, List.of()))).isEmpty();
    }
}
