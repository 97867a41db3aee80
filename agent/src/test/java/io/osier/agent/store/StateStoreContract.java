package io.osier.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises; a test class a kind of store. */
@SuppressWarnings("try") // a watch is held open, not used
public abstract class StateStoreContract {
    private StateStore store;
    private StateStore other;

    /** Another handle on the same state, as a second agent has it. */
    protected abstract StateStore open();

    @BeforeEach
    void openTwo() {
        store = open();
        other = open();
    }

    @AfterEach
    void closeTwo() {
        store.close();
        other.close();
    }

    @Test
    void aKeyThatIsNotThereReadsAsNothing() {
        assertThat(store.get("pods/default/web")).isEmpty();
        assertThat(store.list("pods")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "two\nlines\n", "\n", "0\u0000\u00e4\u20ac"})
    void whatIsWrittenIsReadByteForByte(String value) {
        long revision = create("pods/default/web", value);

        Versioned read = other.get("pods/default/web").orElseThrow();
        assertThat(text(read)).isEqualTo(value);
        assertThat(read.revision()).isEqualTo(revision);
        assertThat(read.key()).isEqualTo("pods/default/web");
    }

    @Test
    void aKeyIsCreatedOnce() {
        create("a/b", "first");

        assertThat(other.compareAndSet("a/b", StateStore.ABSENT, bytes("second")))
                .isEmpty();
        assertThat(text(store.get("a/b").orElseThrow())).isEqualTo("first");
    }

    @Test
    void whoHasNotSeenTheLastWriteLoses() {
        long first = create("a/b", "1");
        long second = store.compareAndSet("a/b", first, bytes("2")).orElseThrow();

        assertThat(other.compareAndSet("a/b", first, bytes("3"))).isEmpty();
        assertThat(other.compareAndDelete("a/b", first)).isFalse();
        assertThat(text(store.get("a/b").orElseThrow())).isEqualTo("2");
        assertThat(other.compareAndDelete("a/b", second)).isTrue();
        assertThat(store.get("a/b")).isEmpty();
    }

    @Test
    void whatIsNotThereIsNeitherChangedNorDeleted() {
        assertThat(store.compareAndSet("a/b", 7, bytes("x"))).isEmpty();
        assertThat(store.compareAndDelete("a/b", 7)).isFalse();
        assertThat(store.compareAndDelete("a/b", StateStore.ABSENT)).isFalse();
        assertThat(store.get("a/b")).isEmpty();
    }

    @Test
    void aKeyThatWasDeletedAndMadeAgainIsAnother() {
        long first = create("a/b", "1");
        store.compareAndDelete("a/b", first);
        long again = create("a/b", "1");

        assertThat(again).isGreaterThan(first);
        assertThat(store.compareAndSet("a/b", first, bytes("2"))).isEmpty();
    }

    @Test
    void revisionsGrowOverAllKeysAndHandles() {
        List<Long> revisions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            revisions.add((i % 2 == 0 ? store : other)
                    .compareAndSet("k/" + i, StateStore.ABSENT, bytes("v"))
                    .orElseThrow());
        }
        assertThat(revisions).isSorted().doesNotHaveDuplicates().allMatch(revision -> revision > 0);
    }

    @Test
    void aListHasTheKeysBelowItsPrefixInOrder() {
        for (String key : List.of("pods/b/2", "pods/a/2", "pods/a/1", "pods/ab/1", "podsx/1", "nodes/a")) {
            create(key, key);
        }
        assertThat(keys(store.list("pods"))).containsExactly("pods/a/1", "pods/a/2", "pods/ab/1", "pods/b/2");
        assertThat(keys(other.list("pods/a"))).containsExactly("pods/a/1", "pods/a/2");
        assertThat(store.list("pods"))
                .allSatisfy(entry -> assertThat(text(entry)).isEqualTo(entry.key()));
        assertThat(store.list("pods/a/1/x")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/..", ".a", "a/.lock", "a b", "a\\b", "a\nb",
                "a\u0000", "~"
            })
    void whatIsNoKeyIsRefused(String key) {
        assertThatThrownBy(() -> store.get(key)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.compareAndSet(key, 0, bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.compareAndDelete(key, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofManyWhoCreateAKeyAtOnceOneWins() throws Exception {
        for (int round = 0; round < 10; round++) {
            String key = "claims/" + round;
            List<Boolean> won = race(
                    4,
                    racer -> handle(racer)
                            .compareAndSet(key, StateStore.ABSENT, bytes("racer " + racer))
                            .isPresent());
            assertThat(won).containsOnlyOnce(true);
            assertThat(text(store.get(key).orElseThrow())).isEqualTo("racer " + won.indexOf(true));
        }
    }

    @Test
    void noIncrementIsLost() throws Exception {
        create("counter", "0");
        List<List<Long>> revisions = race(4, racer -> {
            List<Long> own = new ArrayList<>();
            while (own.size() < 25) {
                Versioned seen = handle(racer).get("counter").orElseThrow();
                byte[] next = bytes(Integer.toString(Integer.parseInt(text(seen)) + 1));
                handle(racer).compareAndSet("counter", seen.revision(), next).ifPresent(own::add);
            }
            return own;
        });

        assertThat(text(store.get("counter").orElseThrow())).isEqualTo("100");
        assertThat(revisions.stream().flatMap(List::stream)).doesNotHaveDuplicates();
        assertThat(revisions).allSatisfy(own -> assertThat(own).isSorted());
    }

    @Test
    void aListIsWholeWhileOthersWrite() throws Exception {
        for (int i = 0; i < 20; i++) {
            create("keys/" + i, "0");
        }
        race(3, racer -> {
            Random random = new Random(racer);
            for (int i = 0; i < 60; i++) {
                if (racer == 0) {
                    assertThat(other.list("keys")).hasSize(20);
                } else {
                    Versioned seen = store.get("keys/" + random.nextInt(20)).orElseThrow();
                    store.compareAndSet(seen.key(), seen.revision(), bytes(text(seen) + "x"));
                }
            }
            return true;
        });
    }

    @Test
    void aWatchTellsWhatIsThereThenThatItIsAllThenWhatChanges() {
        create("pods/a/1", "one");
        create("nodes/a", "not below the prefix");
        List<StoreEvent> events = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store.watch("pods", events::add)) {
            await().until(() -> events.size() >= 2);
            long revision = other.compareAndSet("pods/b/2", StateStore.ABSENT, bytes("two"))
                    .orElseThrow();
            await().until(() -> events.size() >= 3);
            other.compareAndDelete("pods/b/2", revision);
            await().until(() -> events.size() >= 4);
        }

        assertThat(events.stream().map(event -> event.type() + " " + event.key()))
                .containsExactly("PUT pods/a/1", "SYNCED ", "PUT pods/b/2", "DELETE pods/b/2");
        assertThat(events.get(2).entry())
                .isNotNull()
                .satisfies(entry -> assertThat(text(entry)).isEqualTo("two"));
    }

    @Test
    void aWatchOfNothingIsToldThatItIsAll() {
        List<StoreEvent> events = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store.watch("empty", events::add)) {
            await().until(() -> !events.isEmpty());
            assertThat(events.get(0).type()).isEqualTo(StoreEvent.Type.SYNCED);
            create("empty/no-more", "x");
            await().until(() -> events.size() == 2);
        }
    }

    @Test
    void aSecondWatchIsServedLikeTheFirst() {
        create("pods/a/1", "one");
        for (int i = 0; i < 3; i++) {
            List<StoreEvent> events = new CopyOnWriteArrayList<>();
            Watchable.Watch watch = store.watch("pods", events::add);
            await().until(() -> events.size() == 2);
            watch.close();
        }
    }

    @Test
    void aWatchThatIsClosedHearsNothingMore() {
        List<StoreEvent> closed = new CopyOnWriteArrayList<>();
        List<StoreEvent> open = new CopyOnWriteArrayList<>();
        Watchable.Watch watch = store.watch("pods", closed::add);
        try (Watchable.Watch stays = store.watch("pods", open::add)) {
            await().until(() -> closed.size() == 1 && open.size() == 1);
            watch.close();
            create("pods/a/1", "x");
            await().until(() -> open.size() == 2);
        }
        assertThat(closed).hasSize(1);
    }

    @Test
    void aListenerThatFailsEndsNoWatch() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store.watch("pods", event -> {
            heard.add(event.key());
            throw new IllegalStateException("a listener's own trouble");
        })) {
            await().until(() -> heard.contains(""));
            create("pods/a/1", "x");
            await().until(() -> heard.contains("pods/a/1"));
            create("pods/a/2", "x");
            await().until(() -> heard.contains("pods/a/2"));
        }
    }

    @Test
    void aWatcherEndsWithWhatTheStoreHolds() throws Exception {
        Map<String, String> seen = new ConcurrentSkipListMap<>();
        try (Watchable.Watch watch = store.watch("pods", event -> {
            if (event.entry() != null) {
                seen.put(event.key(), text(event.entry()));
            } else {
                seen.remove(event.key());
            }
        })) {
            race(4, racer -> {
                Random random = new Random(racer);
                for (int i = 0; i < 50; i++) {
                    String key = "pods/ns" + random.nextInt(3) + "/" + random.nextInt(5);
                    long revision =
                            handle(racer).get(key).map(Versioned::revision).orElse(StateStore.ABSENT);
                    if (random.nextInt(3) == 0) {
                        handle(racer).compareAndDelete(key, revision);
                    } else {
                        handle(racer).compareAndSet(key, revision, bytes(racer + "." + i));
                    }
                }
                return true;
            });
            Map<String, String> held =
                    store.list("pods").stream().collect(Collectors.toMap(Versioned::key, StateStoreContract::text));
            await().untilAsserted(() -> assertThat(seen).containsExactlyInAnyOrderEntriesOf(held));
        }
    }

    @Test
    void severalKeysAreWrittenTogether() {
        long changed = create("a/changed", "1");
        long removed = create("b/removed", "1");

        long revision = store.commit(List.of(
                        put("c/d/created", StateStore.ABSENT, "new"),
                        put("a/changed", changed, "2"),
                        Write.delete("b/removed", removed)))
                .orElseThrow();

        assertThat(revision).isGreaterThan(removed);
        assertThat(other.getAll(List.of("a/changed", "b/removed", "c/d/created", "never/was"))
                        .values())
                .extracting(entry -> entry.key() + "=" + text(entry) + " " + entry.revision())
                .containsExactly("a/changed=2 " + revision, "c/d/created=new " + revision);
        assertThat(create("later", "x")).isGreaterThan(revision);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exists", "changed", "gone"})
    void ofSeveralWritesNoneIsMadeIfOneComesTooLate(String late) {
        create("a/exists", "theirs");
        long mine = create("a/mine", "mine");
        Write tooLate = switch (late) {
            case "exists" -> put("a/exists", StateStore.ABSENT, "ours");
            case "changed" -> put("a/exists", mine, "ours");
            default -> Write.delete("a/gone", mine);
        };

        assertThat(store.commit(List.of(put("a/new", StateStore.ABSENT, "x"), tooLate, Write.delete("a/mine", mine))))
                .isEmpty();

        assertThat(store.list("a").stream().map(entry -> entry.key() + "=" + text(entry)))
                .containsExactly("a/exists=theirs", "a/mine=mine");
    }

    @Test
    void asManyWritesAreTakenAsTheStoreSays() {
        List<Write> writes = IntStream.range(0, store.maxWrites())
                .mapToObj(i -> put("many/" + i, StateStore.ABSENT, Integer.toString(i)))
                .toList();
        List<StoreEvent> events = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = other.watch("many", events::add)) {
            await().until(() -> events.size() == 1);
            store.commit(writes).orElseThrow();
            await().until(() -> events.size() == writes.size() + 1);
        }
        assertThat(store.getAll(writes.stream().map(Write::key).toList())).hasSize(writes.size());
        assertThat(store.list("many"))
                .hasSize(writes.size())
                .allSatisfy(entry -> assertThat(entry.key()).endsWith("/" + text(entry)));
    }

    @Test
    void writesThatCannotBeMadeTogetherAreRefused() {
        Write one = put("a/b", StateStore.ABSENT, "x");
        String half = "x".repeat(StateStore.MAX_COMMIT_BYTES / 2 + 1);
        List<Write> tooMany = IntStream.rangeClosed(0, store.maxWrites())
                .mapToObj(i -> put("many/" + i, StateStore.ABSENT, ""))
                .toList();
        for (List<Write> refused : List.of(
                List.<Write>of(),
                List.of(one, one),
                List.of(put("a/c", StateStore.ABSENT, half), put("a/d", StateStore.ABSENT, half)),
                tooMany)) {
            assertThatThrownBy(() -> store.commit(refused)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> put("../a", 0, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Write.delete("a/b", StateStore.ABSENT)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.list("a")).isEmpty();
    }

    @Test
    void ofWritersThatMoveSomethingBetweenKeysNoneLosesAny() throws Exception {
        int purses = 4;
        for (int i = 0; i < purses; i++) {
            create("purses/" + i, "100");
        }
        race(4, racer -> {
            Random random = new Random(racer);
            for (int moved = 0; moved < 25; ) {
                int from = random.nextInt(purses);
                int to = (from + 1 + random.nextInt(purses - 1)) % purses;
                Versioned giver = handle(racer).get("purses/" + from).orElseThrow();
                Versioned taker = handle(racer).get("purses/" + to).orElseThrow();
                boolean done = handle(racer)
                        .commit(List.of(
                                put(giver.key(), giver.revision(), Integer.toString(number(giver) - 1)),
                                put(taker.key(), taker.revision(), Integer.toString(number(taker) + 1))))
                        .isPresent();
                moved += done ? 1 : 0;
            }
            return true;
        });
        assertThat(store.list("purses").stream()
                        .mapToInt(StateStoreContract::number)
                        .sum())
                .isEqualTo(purses * 100);
    }

    private static int number(Versioned entry) {
        return Integer.parseInt(text(entry));
    }

    private static Write put(String key, long expectedRevision, String value) {
        return Write.put(key, expectedRevision, bytes(value));
    }

    private StateStore handle(int racer) {
        return racer % 2 == 0 ? store : other;
    }

    /** What one of several threads does. */
    private interface Racer<T> {
        T run(int racer) throws Exception;
    }

    private static <T> List<T> race(int racers, Racer<T> racer) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(racers);
        try {
            List<Callable<T>> tasks = IntStream.range(0, racers)
                    .<Callable<T>>mapToObj(i -> () -> racer.run(i))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    protected long create(String key, String value) {
        return store.compareAndSet(key, StateStore.ABSENT, bytes(value)).orElseThrow();
    }

    protected StateStore store() {
        return store;
    }

    /** A second handle. */
    protected StateStore other() {
        return other;
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    protected static String text(Versioned entry) {
        return new String(entry.value(), UTF_8);
    }

    private static List<String> keys(List<Versioned> entries) {
        assertThat(new HashSet<>(entries)).hasSize(entries.size());
        return entries.stream().map(Versioned::key).toList();
    }
}
