package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.directory.DirectoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodKeeperTest {
    @TempDir
    private Path folder;

    private final RecordedSteps steps = new RecordedSteps();
    private DirectoryStore store;
    private ObjectStore objects;
    private PodKeeper keeper;

    /** Notes what is asked of it; pods can be forbidden to be made, and made slow to go. */
    private static final class RecordedSteps implements PodSteps {
        final List<String> done = new CopyOnWriteArrayList<>();
        final List<String> leftOvers = new ArrayList<>();
        final Set<String> impossible = ConcurrentHashMap.newKeySet();
        final Set<String> stubborn = ConcurrentHashMap.newKeySet();
        final Set<String> lost = ConcurrentHashMap.newKeySet();
        final CountDownLatch patience = new CountDownLatch(1);

        @Override
        public boolean isThere(String namespace) {
            return !lost.contains(namespace);
        }

        @Override
        public void make(Pod pod) {
            done.add("make " + pod.metadata().name());
            if (impossible.contains(pod.metadata().name())) {
                throw new IllegalStateException("no device to be had");
            }
        }

        @Override
        public void tell(Pod pod) {
            done.add("tell " + pod.metadata().name());
            if (impossible.contains(pod.metadata().name())) {
                throw new StoreException("away");
            }
        }

        @Override
        public void unmake(String namespace) {
            if (stubborn.contains(namespace)) {
                try {
                    patience.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            done.add("unmake " + namespace);
        }

        @Override
        public void forget(Pod pod) {
            done.add("forget " + pod.metadata().name());
            if (impossible.contains(pod.metadata().name())) {
                throw new StoreException("away");
            }
        }

        @Override
        public List<String> leftOvers() {
            return leftOvers;
        }

        long count(String step) {
            return done.stream().filter(step::equals).count();
        }
    }

    @BeforeEach
    void begin() {
        store = DirectoryStore.open(folder);
        objects = new ObjectStore(store);
        keeper = new PodKeeper(steps, objects);
    }

    @AfterEach
    void end() {
        steps.patience.countDown();
        keeper.close();
        store.close();
    }

    private static Pod pod(String name, String node, String uid) {
        ObjectMeta metadata = ObjectMeta.named(name).withNamespace("default").created(uid, Instant.EPOCH);
        return Pod.of(metadata, new PodSpec(node, null, List.of(), "Always"), PodStatus.PENDING);
    }

    private static Pod pod(String name) {
        return pod(name, "node-a", "uid-" + name);
    }

    private static Pod deleted(Pod pod) {
        return Pod.of(pod.metadata().deletedAt(Instant.EPOCH), pod.spec(), pod.status());
    }

    private void awaitDone(String... expected) {
        await().untilAsserted(() -> assertThat(steps.done).containsExactlyInAnyOrder(expected));
    }

    @Test
    void makesThePods() {
        keeper.keep(List.of(pod("web-1"), pod("web-3")));

        awaitDone("make web-1", "make web-3");
    }

    @Test
    void makesAPodOnceHoweverOftenTheClusterChanges() {
        keeper.keep(List.of(pod("web-1")));
        keeper.keep(List.of(pod("web-1")));
        keeper.keep(List.of(pod("web-1"), pod("web-2")));

        awaitDone("make web-1", "make web-2");
    }

    @Test
    void makesAPodAgainWhoseNamespaceSomebodyHasDeleted() {
        keeper.keep(List.of(pod("web-1"), pod("web-2")));
        awaitDone("make web-1", "make web-2");

        steps.lost.add("web-1");
        keeper.namespacesDeleted();

        awaitDone("make web-1", "make web-2", "unmake web-1", "make web-1");
    }

    private static Pod lost(Pod pod) {
        return Pod.of(
                pod.metadata(),
                pod.spec(),
                PodStatus.notReady("Running", "10.32.0.2", 0, "NodeLost", "node node-a gives no sign of life"));
    }

    @Test
    void saysOnceOfAPodThatOthersHaveGivenUpHowItIs() {
        keeper.keep(List.of(pod("web-1")));
        keeper.keep(List.of(lost(pod("web-1"))));
        keeper.keep(List.of(lost(pod("web-1")), pod("web-2")));
        awaitDone("make web-1", "tell web-1", "make web-2");

        keeper.keep(List.of(pod("web-1"), pod("web-2")));
        keeper.keep(List.of(lost(pod("web-1")), pod("web-2")));
        awaitDone("make web-1", "tell web-1", "make web-2", "tell web-1");
    }

    @Test
    void makesAPodThatWasGivenUpWhileNoAgentWasThere() {
        keeper.keep(List.of(lost(pod("web-1"))));

        awaitDone("make web-1");
    }

    @Test
    void saysAgainWhatTheStoreDidNotTake() {
        keeper.keep(List.of(pod("web-1")));
        awaitDone("make web-1");
        steps.impossible.add("web-1");
        keeper.keep(List.of(lost(pod("web-1"))));
        awaitDone("make web-1", "tell web-1");

        steps.impossible.clear();
        awaitDone("make web-1", "tell web-1", "tell web-1");
    }

    @Test
    void unmakesAPodThatIsToGoAndForgetsItOnlyThen() {
        keeper.keep(List.of(pod("web-1")));
        keeper.keep(List.of(deleted(pod("web-1"))));

        await().untilAsserted(
                        () -> assertThat(steps.done).containsExactly("make web-1", "unmake web-1", "forget web-1"));
    }

    @Test
    void aPodOfTheSameNameIsAnotherOne() {
        keeper.keep(List.of(pod("web-1", "node-a", "first")));
        keeper.keep(List.of(pod("web-1", "node-a", "second")));

        await().untilAsserted(() -> assertThat(steps.done).containsExactly("make web-1", "unmake web-1", "make web-1"));
    }

    @Test
    void whatAnEarlierAgentLeftIsTakenUpOrTakenAway() {
        steps.leftOvers.addAll(List.of("web-1", "old"));

        keeper.keep(List.of(pod("web-1")));

        awaitDone("make web-1", "unmake old");
    }

    @Test
    void aPodThatCannotBeMadeSaysWhyAndTheOthersAreMade() {
        Pod bad = pod("bad");
        objects.create(Keys.pod("default", "bad"), bad);
        steps.impossible.add("bad");

        keeper.keep(List.of(bad, pod("web-1")));

        awaitDone("make bad", "make web-1");
        await().untilAsserted(() -> {
            PodStatus status = objects.get(Keys.pod("default", "bad"), Pod.class)
                    .orElseThrow()
                    .status();
            assertThat(status.phase()).isEqualTo("Pending");
            assertThat(status.reason()).isEqualTo("CreateError");
            assertThat(status.message()).isEqualTo("no device to be had");
        });
    }

    @Test
    void podsThatCannotBeMadeAreTriedAgainAtOnePaceHoweverManyTheyAre() {
        List<Pod> bad = List.of(pod("bad-1"), pod("bad-2"), pod("bad-3"), pod("bad-4"));
        bad.forEach(pod -> steps.impossible.add(pod.metadata().name()));

        keeper.keep(bad);
        keeper.keep(bad);
        await().until(() -> steps.count("make bad-1") == 3);

        // A pod's third attempt is the others' third, too, or still their second.
        assertThat(bad)
                .allSatisfy(pod ->
                        assertThat(steps.count("make " + pod.metadata().name())).isBetween(2L, 3L));
    }

    @Test
    void aPodThatWasHalfMadeIsTakenAwayAsAWhole() {
        steps.impossible.add("bad");
        keeper.keep(List.of(pod("bad")));
        await().until(() -> steps.count("make bad") == 1);

        keeper.keep(List.of(deleted(pod("bad"))));

        awaitDone("make bad", "unmake bad", "forget bad");
    }

    @Test
    void aPodThatIsSlowToGoHoldsNobodyUpAndIsNotMadeMeanwhile() {
        keeper.keep(List.of(pod("slow", "node-a", "first")));
        await().until(() -> steps.count("make slow") == 1);
        steps.stubborn.add("slow");

        keeper.keep(List.of(pod("slow", "node-a", "second"), pod("web-1")));

        awaitDone("make slow", "make web-1");
        steps.patience.countDown();
        awaitDone("make slow", "make web-1", "unmake slow", "make slow");
    }

    @Test
    void aPodWhoseDeviceIsGoneIsMadeAgain() {
        keeper.keep(List.of(pod("web-1")));
        await().until(() -> steps.count("make web-1") == 1);

        keeper.lost("web-1");

        awaitDone("make web-1", "make web-1");
    }

    @Test
    void afterItsEndNothingIsMade() {
        keeper.close();

        keeper.keep(List.of(pod("web-1")));
        keeper.lost("web-1");

        await().during(Duration.ofMillis(200)).until(steps.done::isEmpty);
    }

    /** A store may be away for days. */
    @Test
    void deletionsThatNobodyCanBeToldOfAreTriedAgainTogetherAndDoNotMultiply() {
        List<Pod> pods = Stream.of("web-1", "web-2", "web-3")
                .map(name -> deleted(pod(name)))
                .toList();
        steps.impossible.addAll(List.of("web-1", "web-2", "web-3"));

        keeper.keep(pods);
        await().atMost(Duration.ofSeconds(15)).until(() -> steps.count("forget web-1") >= 3);

        assertThat(steps.done).hasSize(9);
    }
}
