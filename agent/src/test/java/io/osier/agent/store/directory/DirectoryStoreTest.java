package io.osier.agent.store.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StateStoreContract;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    void foreignFilesAreNoKeysAndDisturbNobody() throws IOException {
        List<StoreEvent> events = new CopyOnWriteArrayList<>();
        try (StateStore.Watch watch = store().watch("pods", events::add)) {
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
        try (StateStore.Watch watch = store().watch("pods", event -> keys.add(event.key()))) {
            await().until(() -> keys.contains(""));
            for (int i = 0; i < 20; i++) {
                create("pods/namespace-" + i + "/web", "x");
            }
            await().until(() -> keys.size() == 21);
        }
        assertThat(keys).doesNotHaveDuplicates();
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
