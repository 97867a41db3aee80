package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.packet.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four nodes, a to d, seen from b's agent, and a clock that the test moves. */
class LostNodesTest {
    private final Set<String> silent = new HashSet<>();
    private final List<String> asked = new ArrayList<>();
    private DirectoryStore store;
    private ObjectStore objects;
    private LostNodes nodes;
    private long nowNanos;

    @BeforeEach
    void open(@TempDir Path folder) {
        store = DirectoryStore.open(folder);
        objects = new ObjectStore(store);
        for (String name : List.of("a", "b", "c", "d")) {
            addNode(name, false);
        }
        nodes = new LostNodes("b", store, this::isAlive, () -> nowNanos);
    }

    @AfterEach
    void close() {
        nodes.close();
        store.close();
    }

    private boolean isAlive(Node node) {
        asked.add(node.metadata().name());
        return !silent.contains(node.metadata().name());
    }

    private void addNode(String name, boolean foreign) {
        objects.put(
                Keys.node(name),
                Node.of(
                        ObjectMeta.named(name),
                        new Node.Spec(null, List.of("10.32.0.0/24"), foreign),
                        new Node.Status(List.of(), "/none", null, "boot", "test", List.of(), null, null)));
        if (!foreign) {
            showLife(name);
        }
    }

    private void showLife(String node) {
        String key = Keys.presence(node);
        store.compareAndSet(key, store.get(key).map(Versioned::revision).orElse(Keyspace.ABSENT), new byte[] {1});
    }

    private void addPod(String name, String node, PodStatus status) {
        objects.put(
                Keys.pod("default", name),
                Pod.of(
                        ObjectMeta.named(name).created(name + "-uid", Instant.EPOCH),
                        new PodSpec(node, null, List.of(), "Always"),
                        status));
    }

    private PodStatus status(String pod) {
        return objects.get(Keys.pod("default", pod), Pod.class).orElseThrow().status();
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i += 10) {
            nodes.look();
            nowNanos += Duration.ofSeconds(10).toNanos();
        }
        nodes.look();
    }

    @Test
    void thePodsOfANodeThatIsSilentForFortySecondsAreNotReady() {
        addPod("far", "c", PodStatus.running("10.32.2.2", 3).alsoAt(IpAddress.parse("fd00::2")));
        addPod("near", "b", PodStatus.running("10.32.1.2", 0));
        silent.add("c");

        pass(30);
        assertThat(status("far").ready()).isTrue();
        pass(10);
        assertThat(status("far").ready()).isFalse();
        assertThat(status("far").hasLostItsNode()).isTrue();
        assertThat(status("far").message()).isEqualTo("node c gives no sign of life");
        assertThat(status("far").restartCount()).isEqualTo(3);
        assertThat(status("far").phase()).isEqualTo("Running");
        assertThat(status("far").podIPs()).extracting(PodStatus.PodIP::ip).containsExactly("10.32.2.2", "fd00::2");
        assertThat(status("near").ready()).isTrue();
    }

    @Test
    void silenceThatEndsInTimeIsForgotten() {
        addPod("far", "c", PodStatus.running("10.32.2.2", 0));
        silent.add("c");
        pass(30);
        silent.clear();
        pass(10);
        silent.add("c");
        pass(30);
        assertThat(status("far").ready()).isTrue();
    }

    @Test
    void aNodeThatIsBackAndGoneAgainIsGivenUpAgain() {
        addPod("far", "c", PodStatus.running("10.32.2.2", 0));
        silent.add("c");
        pass(50);
        assertThat(status("far").hasLostItsNode()).isTrue();

        silent.clear();
        addPod("far", "c", PodStatus.running("10.32.2.2", 0));
        pass(10);
        silent.add("c");
        pass(50);
        assertThat(status("far").hasLostItsNode()).isTrue();
    }

    @Test
    void podsThatHaveEndedOrNotBegunStayAsTheyAre() {
        addPod(
                "ended",
                "c",
                new PodStatus("Succeeded", "10.32.2.3", List.of(), false, 0, "Completed", null, List.of()));
        addPod("beginning", "c", PodStatus.PENDING);
        silent.add("c");
        pass(50);
        assertThat(status("ended").reason()).isEqualTo("Completed");
        assertThat(status("beginning")).isEqualTo(PodStatus.PENDING);
    }

    @Test
    void eachNodeIsLookedAfterByTheNearestLivingOneBeforeIt() {
        pass(0);
        assertThat(asked).as("the next one is there").containsExactly("c");

        asked.clear();
        silent.add("c");
        pass(0);
        assertThat(asked).as("and if it is not, the one behind it").containsExactly("c", "d");

        asked.clear();
        silent.addAll(List.of("a", "d"));
        pass(0);
        assertThat(asked).as("round the end, and never itself").containsExactly("c", "d", "a");
    }

    @Test
    void whoeverWritesDownThatItLivesIsNotAsked() {
        pass(0);
        asked.clear();
        for (int i = 0; i < 10; i++) {
            showLife("c");
            pass(0);
        }
        assertThat(asked).isEmpty();
        pass(0);
        assertThat(asked).as("nothing new is written down").containsExactly("c");
    }

    @Test
    void whatWasWrittenDownLastIsTheBeginningOfTheSilence() {
        addPod("far", "c", PodStatus.running("10.32.2.2", 0));
        silent.add("c");
        pass(30);
        showLife("c");
        pass(0);
        nowNanos += Duration.ofSeconds(10).toNanos();
        pass(20);
        assertThat(status("far").ready()).isTrue();
        pass(10);
        assertThat(status("far").hasLostItsNode()).isTrue();
    }

    @Test
    void aNodeThatIsDeletedIsNotMissed() {
        addPod("far", "c", PodStatus.running("10.32.2.2", 0));
        pass(0);
        asked.clear();
        objects.delete(Keys.node("c"));
        pass(10);
        assertThat(asked).containsOnly("d");
    }

    @Test
    void foreignNodesHaveNoAgentToMiss() {
        addNode("bb", true);
        pass(0);
        assertThat(asked).containsExactly("c");
    }

    @Test
    void ofTwoThatGoTogetherTwiceBothAreGivenUpTwice() {
        addPod("one", "c", PodStatus.running("10.32.2.2", 0));
        addPod("two", "d", PodStatus.running("10.32.3.2", 0));
        silent.addAll(Set.of("c", "d"));
        pass(50);
        assertThat(status("one").hasLostItsNode()).isTrue();
        assertThat(status("two").hasLostItsNode()).isTrue();

        silent.clear(); // a rack has power again
        addPod("one", "c", PodStatus.running("10.32.2.2", 0));
        addPod("two", "d", PodStatus.running("10.32.3.2", 0));
        for (int i = 0; i < 60; i++) {
            showLife("c");
            showLife("d");
            pass(0);
            nowNanos += Duration.ofSeconds(10).toNanos();
        }
        silent.addAll(Set.of("c", "d")); // and has none again
        pass(100);
        assertThat(status("one").hasLostItsNode()).isTrue();
        assertThat(status("two").hasLostItsNode()).isTrue();
    }
}
