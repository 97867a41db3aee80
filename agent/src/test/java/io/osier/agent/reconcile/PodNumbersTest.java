package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.dataplane.service.PodInstances;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PodNumbersTest {
    private static Pod pod(String name, String uid) {
        return Pod.of(ObjectMeta.named(name).created(uid, Instant.EPOCH), PodSpec.EMPTY, PodStatus.PENDING);
    }

    @Property(tries = 200)
    void aNumberIsTheOneThatAgentsBeforeHaveGiven(@ForAll String uid) {
        UUID known = UUID.nameUUIDFromBytes(uid.getBytes(StandardCharsets.UTF_8));

        assertThat(new PodNumbers().of(uid))
                .isEqualTo((known.getMostSignificantBits() ^ Long.rotateLeft(known.getLeastSignificantBits(), 17)) | 1);
    }

    @Test
    void whoHasNoUidHasNoNumber() {
        assertThat(new PodNumbers().of((String) null)).isZero();
    }

    @Test
    void podsThatComeAndGoAreToldApart() {
        PodNumbers numbers = new PodNumbers();
        Pod first = pod("a", "uid-1");
        Pod second = pod("b", "uid-2");
        numbers.take(List.of(Change.appeared(first), Change.appeared(second)));

        assertThat(isThere(numbers, "uid-1")).isTrue();
        PodInstances before = numbers.pods();
        numbers.take(List.of(new Change<>(second, pod("b", "uid-2"))));
        assertThat(numbers.pods()).as("the same pods").isSameAs(before);

        numbers.take(List.of(new Change<>(first, pod("a", "uid-3")), new Change<>(second, null)));
        assertThat(List.of("uid-1", "uid-2", "uid-3"))
                .filteredOn(uid -> isThere(numbers, uid))
                .containsExactly("uid-3");
    }

    private static boolean isThere(PodNumbers numbers, String uid) {
        return numbers.pods().contains(numbers.of(uid));
    }
}
