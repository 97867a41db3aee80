package io.osier.agent.store.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StateStoreContract;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Watchable;
import io.osier.agent.store.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a watch is held open, not used
class DirectoryStoreTest extends StateStoreContract {
    @TempDir
    Path root;

    @Override
    protected StateStore open() {
        return DirectoryStore.open(root.resolve(".store"));
    }

    @Test
    void aKeyIsAFileThatCanBeReadWithCat() throws IOException {
        long revision = create("pods/default/web", "{\"kind\":\"Pod\"}");

        assertThat(Files.readString(file("pods/default/web"))).isEqualTo(revision + "\n{\"kind\":\"Pod\"}");
    }

    @Test
    void whatWasWrittenIsThereWhenTheStoreIsOpenedAgain() {
        long last = create("a/b", "1");
        store().close();
        try (StateStore again = open()) {
            assertThat(text(again.get("a/b").orElseThrow())).isEqualTo("1");
            assertThat(again.compareAndSet("a/c", StateStore.ABSENT, bytes("2")).orElseThrow())
                    .isGreaterThan(last);
        }
    }

    @Test
    void revisionsGoOnWithoutTheFileThatCountsThem() throws IOException {
        long last = create("a/b", "1");
        Files.write(file(".lock"), new byte[0]);
        try (StateStore again = open()) {
            assertThat(again.compareAndSet("a/c", StateStore.ABSENT, bytes("2")).orElseThrow())
                    .isGreaterThan(last);
        }
    }

    @Test
    void whatADeadWriterLeftIsNoKeyAndIsSweptAway() throws IOException {
        create("pods/default/web", "whole");
        Path left = Files.writeString(file("pods/default/.tmp-99"), "99\nhalf a va");

        assertThat(store().list("pods")).hasSize(1);
        open().close();

        assertThat(left).doesNotExist();
        assertThat(text(store().get("pods/default/web").orElseThrow())).isEqualTo("whole");
    }

    @Test
    void whatADeadWriterWasAboutToDoIsDoneBeforeAnythingElse() throws IOException {
        create("pods/default/old", "old");
        create("pods/default/web", "old");
        Files.write(
                file(".lock"), ByteBuffer.allocate(Long.BYTES).putLong(0, 50).array());
        long newer = create("pods/default/newer", "newer than the batch");
        Files.writeString(file(".batch/50-1"), "50\nsecond");
        Files.writeString(file(".batch/todo"), """
                        50
                        put 0 pods/default/first
                        put 1 pods/default/web
                        delete pods/default/old
                        delete pods/default/newer
                        """);

        create("pods/default/next", "next");

        assertThat(newer).isEqualTo(51);
        assertThat(store().list("pods").stream().map(entry -> entry.key() + "=" + text(entry)))
                .containsExactly(
                        "pods/default/newer=newer than the batch", "pods/default/next=next", "pods/default/web=second");
        assertThat(file(".batch/todo")).doesNotExist();
    }

    @Test
    void whatADeadWriterHadNotFinishedWritingDownNeverWas() throws IOException {
        Files.writeString(file(".batch/7-0"), "7\nx");
        Files.writeString(file(".batch/7-todo"), "7\nput 0 pods/default/web\n");

        open().close();

        assertThat(store().list("pods")).isEmpty();
        assertThat(file(".batch")).isEmptyDirectory();
    }

    @Test
    void aBatchThatCannotBeWrittenLeavesNothing() throws IOException {
        Files.writeString(file("services"), "in the way");
        List<Write> writes = List.of(
                Write.put("pods/default/web", StateStore.ABSENT, bytes("x")),
                Write.put("services/default/web", StateStore.ABSENT, bytes("x")));

        Assertions.assertThatThrownBy(() -> store().commit(writes))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("store: cannot write pods/default/web and others: ");

        assertThat(store().list("pods")).isEmpty();
        assertThat(file(".batch")).isEmptyDirectory();
        assertThat(create("pods/default/other", "x")).isPositive();
    }

    @Test
    void foreignFilesAreNoKeysAndDisturbNobody() throws IOException {
        List<StoreEvent> events = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store().watch("pods", events::add)) {
            await().until(() -> events.size() == 1);
            Files.createDirectories(file("pods/.git/objects"));
            Files.createDirectories(file("pods/a folder"));
            Files.writeString(file("pods/a folder/web"), "7\nx");
            Files.writeString(file("pods/.git/objects/web"), "7\nx");
            Files.writeString(file("pods/web~"), "7\nan editor's copy");
            Files.writeString(file("pods/README"), "no revision in front");
            Files.writeString(file("pods/empty"), "");
            Files.writeString(file("pods/negative"), "-3\nx");
            Files.writeString(file("pods/zero"), "0\nx");
            Files.createSymbolicLink(file("pods/dangling"), Path.of("nowhere"));
            create("pods/default/web", "ours");
            await().until(() -> events.size() >= 2);

            assertThat(events.stream().map(StoreEvent::key)).containsExactly("", "pods/default/web");
            assertThat(store().list("pods").stream().map(Versioned::key)).containsExactly("pods/default/web");
            assertThat(store().get("pods/README")).isEmpty();
        }
    }

    @Test
    void aFileInTheWayOfAFolderIsAnErrorOfOneLine() throws IOException {
        Files.writeString(file("pods"), "in the way");

        Assertions.assertThatThrownBy(() -> create("pods/default/web", "x"))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("store: cannot write pods/default/web: ")
                .hasMessageNotContaining("\n");
        assertThat(store().get("pods/default/web")).isEmpty();
        assertThat(store().list("pods/default")).isEmpty();
    }

    @Test
    void anInterruptedThreadDoesNotBreakTheStoreForOthers() {
        create("a/b", "1");
        Thread.currentThread().interrupt();
        try {
            create("a/c", "2");
        } catch (StoreException expected) {
            assertThat(expected).hasMessageStartingWith("store: cannot");
        }
        assertThat(Thread.interrupted()).isTrue();

        assertThat(store().compareAndSet("a/d", StateStore.ABSENT, bytes("3"))).isPresent();
    }

    @Test
    void aWatchHearsOfNamespacesThatDidNotExist() {
        List<String> keys = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store().watch("pods", event -> keys.add(event.key()))) {
            await().until(() -> keys.contains(""));
            for (int i = 0; i < 20; i++) {
                create("pods/namespace-" + i + "/web", "x");
            }
            await().until(() -> keys.size() == 21);
        }
        assertThat(keys).doesNotHaveDuplicates();
    }

    /** As an administrator may do by hand: the kernel tells of the folder, and of nothing in it. */
    @Test
    void aFolderThatIsMovedAwayTakesItsKeysAlongAndBringsThemBack() throws IOException {
        create("pods/default/web", "x");
        create("pods/other/web", "x");
        Path namespace = file("pods/default");
        Set<String> keys = ConcurrentHashMap.newKeySet();
        try (Watchable.Watch watch = watchKeys("pods", keys)) {
            await().until(() -> keys.size() == 2);
            for (String aside : List.of("pods/.aside", "pods/second")) {
                Files.move(namespace, file(aside));
                soon(() -> !keys.contains("pods/default/web")
                        && keys.contains("pods/second/web") == aside.equals("pods/second"));
                Files.move(file(aside), namespace);
                soon(() -> keys.equals(Set.of("pods/default/web", "pods/other/web")));
            }
            create("pods/default/cache", "x");
            soon(() -> keys.contains("pods/default/cache"));
        }
    }

    @Test
    void aFolderThatIsRemovedTakesItsKeysAlong() throws IOException {
        List<Write> writes = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            writes.add(Write.put("pods/default/" + i, StateStore.ABSENT, bytes("x")));
        }
        store().commit(writes);
        create("pods/other/web", "x");
        Set<String> keys = ConcurrentHashMap.newKeySet();
        try (Watchable.Watch watch = watchKeys("pods", keys)) {
            await().until(() -> keys.size() == 2_001);
            Path namespace = file("pods/default");
            for (int i = 0; i < 2_000; i++) {
                Files.delete(namespace.resolve("" + i));
            }
            Files.delete(namespace);
            soon(() -> keys.equals(Set.of("pods/other/web")));
        }
    }

    @Test
    void aLinkToAFolderIsNoFolder() throws IOException {
        create("pods/default/web", "x");
        Set<String> keys = ConcurrentHashMap.newKeySet();
        try (Watchable.Watch watch = watchKeys("pods", keys)) {
            await().until(() -> keys.size() == 1);
            Files.createSymbolicLink(file("pods/current"), Path.of("default"));
            create("pods/default/db", "x");
            soon(() -> keys.contains("pods/default/db"));
            assertThat(keys).containsExactlyInAnyOrder("pods/default/web", "pods/default/db");
        }
    }

    /** What there is by all that the watch has told. */
    private Watchable.Watch watchKeys(String prefix, Set<String> keys) {
        return store().watch(prefix, event -> {
            if (event.entry() != null) {
                keys.add(event.key());
            } else {
                keys.remove(event.key());
            }
        });
    }

    /** Sooner than all is looked at. */
    private static void soon(Callable<Boolean> isSo) {
        await().atMost(Duration.ofSeconds(4)).until(isSo);
    }

    /** As an agent begins them; looking around, five seconds later, does not count. */
    @Test
    void watchesThatBeginOneAfterTheOtherMissNothing() {
        List<String> prefixes =
                List.of("pods", "services", "endpoints", "endpointslices", "networkpolicies", "nodes", "leases");
        prefixes.forEach(prefix -> create(prefix + "/default/first", "x"));
        for (int round = 0; round < 60; round++) {
            String key = "/default/round-" + round;
            List<String> heard = new CopyOnWriteArrayList<>();
            try (StateStore agent = open()) {
                for (String prefix : prefixes) {
                    agent.watch(prefix, event -> heard.add(event.type() + " " + event.key()));
                }
                await().until(() -> heard.stream().filter("SYNCED "::equals).count() == prefixes.size());
                prefixes.forEach(prefix -> create(prefix + key, "x"));
                await().atMost(Duration.ofSeconds(3))
                        .untilAsserted(() -> assertThat(heard)
                                .containsAll(prefixes.stream()
                                        .map(prefix -> "PUT " + prefix + key)
                                        .toList()));
            }
        }
    }

    /** More changes than the kernel tells of one by one: in folders that are there, in new ones, and deletions among them. */
    @Test
    void aWatchMissesNothingOfABurst() {
        Map<String, String> seen = new ConcurrentHashMap<>();
        Map<String, String> expected = new HashMap<>();
        List<Write> deletions = new ArrayList<>();
        try (Watchable.Watch watch = store().watch("pods", event -> {
            if (event.entry() != null) {
                seen.put(event.key(), text(event.entry()));
            } else {
                seen.remove(event.key());
            }
        })) {
            for (int batch = 0; batch < 6; batch++) {
                List<Write> writes = new ArrayList<>(deletions);
                deletions.clear();
                for (int i = 0; i < 1_500; i++) {
                    String key = "pods/" + (i % 2 == 0 ? "default" : "batch-" + batch) + "/" + batch + "-" + i;
                    writes.add(Write.put(key, StateStore.ABSENT, bytes(key)));
                    expected.put(key, key);
                }
                long revision = store().commit(writes).orElseThrow();
                for (int i = 0; i < 100; i += 2) {
                    String key = "pods/default/" + batch + "-" + i;
                    deletions.add(Write.delete(key, revision));
                    expected.remove(key);
                }
            }
            store().commit(deletions).orElseThrow();
            create("claims/10.96.0.1", "nobody watches these");
            await().atMost(Duration.ofSeconds(4)).until(() -> seen.equals(expected));
        }
    }

    @Test
    void nothingIsLeftBehindByWriters() throws IOException {
        long revision = create("a/b", "1");
        for (int i = 0; i < 10; i++) {
            revision =
                    store().compareAndSet("a/b", revision, bytes("x".repeat(i))).orElseThrow();
        }
        store().compareAndDelete("a/b", revision);
        try (Stream<Path> files = Files.walk(file("."))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(path -> path.getFileName().toString()))
                    .containsExactly(".lock");
        }
    }

    private Path file(String key) {
        return root.resolve(".store").resolve(key);
    }
}
