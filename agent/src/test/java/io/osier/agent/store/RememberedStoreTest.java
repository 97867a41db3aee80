package io.osier.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.osier.agent.store.directory.DirectoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract as long as the store answers, and what becomes of it when it goes away and comes back. */
@SuppressWarnings("try") // a watch is held open, not used
class RememberedStoreTest extends StateStoreContract {
    @TempDir
    Path folder;

    private volatile boolean away;
    private int opened;
    private final List<StateStore> more = new ArrayList<>();

    @Override
    protected StateStore open() {
        return open("store-" + ++opened);
    }

    /** One that remembers in a file of this name. */
    private StateStore open(String name) {
        DirectoryStore real = DirectoryStore.open(folder.resolve("real"));
        return RememberedStore.open(new Faraway(real), this::probe, "the store", folder.resolve(name), "test");
    }

    private StateStore openAgain(String name) {
        StateStore store = open(name);
        more.add(store);
        return store;
    }

    @AfterEach
    void closeMore() {
        away = false;
        more.forEach(StateStore::close);
    }

    private void probe() {
        if (away) {
            throw new StoreException("no answer");
        }
    }

    private void goAway() {
        away = true;
        await().atMost(Duration.ofSeconds(15)).until(() -> store().absence().isPresent());
    }

    private void comeBack() {
        away = false;
        await().until(() -> store().absence().isEmpty());
    }

    private static List<String> follow(StateStore store, String prefix) {
        List<String> told = new CopyOnWriteArrayList<>();
        store.watch(
                prefix,
                event -> told.add(
                        event.type() + " " + event.key() + (event.entry() == null ? "" : "=" + text(event.entry()))));
        return told;
    }

    @Test
    void whatWasWatchedIsReadWhileTheStoreIsAwayAndNothingIsWritten() {
        long revision = create("pods/a/web", "1");
        List<String> told = follow(store(), "pods");
        await().until(() -> told.contains("SYNCED "));

        goAway();

        assertThat(store().get("pods/a/web").map(StateStoreContract::text)).contains("1");
        assertThat(store().list("pods/a")).extracting(Versioned::key).containsExactly("pods/a/web");
        assertThat(store().get("pods/a/none")).isEmpty();
        long startNanos = System.nanoTime();
        assertThatThrownBy(() -> store().compareAndSet("pods/a/web", revision, bytes("2")))
                .isInstanceOf(StoreException.class)
                .hasMessageMatching(
                        "store: the store is away since 20\\S+Z: nothing can be changed until it is back; .*");
        assertThatThrownBy(() -> store().get("claims/10.32.0.2")).isInstanceOf(StoreException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(1));
        assertThat(store().absence().orElseThrow().reason()).isEqualTo("no answer");
        comeBack();
        assertThat(store().compareAndSet("pods/a/web", revision, bytes("2"))).isPresent();
    }

    @Test
    void whoStartsWithoutTheStoreIsToldWhatWasKnownAndThenOnlyWhatHasChanged() throws Exception {
        create("pods/a/stays", "1");
        create("pods/a/changes", "1");
        create("pods/a/goes", "1");
        StateStore first = openAgain("agent");
        List<String> before = follow(first, "pods");
        await().until(() -> before.contains("SYNCED "));
        first.close();

        away = true;
        StateStore second = openAgain("agent");
        List<String> told = follow(second, "pods");

        assertThat(second.absence().orElseThrow().lastKnown())
                .isEqualTo(Files.getLastModifiedTime(folder.resolve("agent")).toInstant());
        assertThat(told).containsExactly("PUT pods/a/changes=1", "PUT pods/a/goes=1", "PUT pods/a/stays=1", "SYNCED ");
        StateStore others = DirectoryStore.open(folder.resolve("real")); // who reach it
        more.add(others);
        long changes = others.get("pods/a/changes").orElseThrow().revision();
        others.compareAndSet("pods/a/changes", changes, bytes("2"));
        long goes = others.get("pods/a/goes").orElseThrow().revision();
        others.compareAndDelete("pods/a/goes", goes);
        told.clear();
        away = false;
        await().until(() -> told.contains("DELETE pods/a/goes"));
        await().until(() -> second.absence().isEmpty());
        create("pods/a/new", "1");
        await().until(() -> told.contains("PUT pods/a/new=1"));
        assertThat(told).containsExactly("PUT pods/a/changes=2", "DELETE pods/a/goes", "PUT pods/a/new=1");
    }

    @Test
    void whoHasNeverKnownAnythingDoesNotStartWithoutTheStore() {
        away = true;
        assertThatThrownBy(() -> openAgain("new"))
                .isInstanceOf(StoreException.class)
                .hasMessage("no answer");
    }

    @Test
    void anElectionIsNoAbsence() throws Exception {
        away = true;
        Thread.sleep(2_000);
        away = false;
        assertThat(store().absence()).isEmpty();
    }

    @Test
    void aStartThatFailsForgetsNothingOfWhatItDidNotComeToWatch() throws Exception {
        create("pods/a/web", "1");
        StateStore first = openAgain("agent");
        List<String> before = follow(first, "pods");
        await().until(() -> before.contains("SYNCED "));
        first.close();

        StateStore failing = openAgain("agent"); // the store is there; something else is not, so nobody watches pods
        Thread.sleep(1_500);
        failing.close();

        away = true;
        assertThat(follow(openAgain("agent"), "pods")).containsExactly("PUT pods/a/web=1", "SYNCED ");
    }

    @Test
    void whoeverClosesItsWatchesBeforeTheStoreForgetsNothing() throws Exception {
        create("pods/a/web", "1");
        StateStore first = openAgain("agent");
        List<String> told = new CopyOnWriteArrayList<>();
        Watchable.Watch watch = first.watch("pods", event -> told.add(event.type() + " " + event.key()));
        await().until(() -> told.contains("SYNCED "));
        Thread.sleep(2_500); // saved by now
        create("pods/a/other", "1");
        await().pollInterval(Duration.ofMillis(1)).until(() -> told.contains("PUT pods/a/other"));
        watch.close(); // as the reconciler does, which ends before the store
        first.close();

        away = true;
        assertThat(follow(openAgain("agent"), "pods"))
                .containsExactly("PUT pods/a/other=1", "PUT pods/a/web=1", "SYNCED ");
    }

    @Test
    void whatCouldNotBeSavedOnceIsSavedLater() throws Exception {
        StateStore first = openAgain("agent");
        List<String> told = follow(first, "pods");
        await().until(() -> told.contains("SYNCED "));
        Thread.sleep(2_500);
        Path draft = folder.resolve("agent.draft");
        Files.createDirectories(draft.resolve("in the way")); // as if the disk were full
        create("pods/a/web", "1");
        await().until(() -> told.contains("PUT pods/a/web=1"));
        Thread.sleep(2_500);
        Files.delete(draft.resolve("in the way"));
        Files.delete(draft);
        Thread.sleep(2_500);
        first.close();

        away = true;
        assertThat(follow(openAgain("agent"), "pods")).containsExactly("PUT pods/a/web=1", "SYNCED ");
    }

    /** A store that is out of reach of whoever has this handle: watches hear nothing until it is back. */
    private final class Faraway implements StateStore {
        private final StateStore real;

        Faraway(StateStore real) {
            this.real = real;
        }

        private <T> T reach(T answer) {
            probe();
            return answer;
        }

        @Override
        public Optional<Versioned> get(String key) {
            return reach(real.get(key));
        }

        @Override
        public List<Versioned> list(String prefix) {
            return reach(real.list(prefix));
        }

        @Override
        public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
            return real.compareAndSet(key, expectedRevision, value);
        }

        @Override
        public boolean compareAndDelete(String key, long expectedRevision) {
            return real.compareAndDelete(key, expectedRevision);
        }

        @Override
        public OptionalLong commit(List<Write> writes) {
            return real.commit(writes);
        }

        @Override
        public int maxWrites() {
            return real.maxWrites();
        }

        @Override
        public Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
            if (!away) {
                return real.watch(prefix, onEvent);
            }
            List<Watch> begun = new CopyOnWriteArrayList<>();
            Thread later = new Thread(() -> {
                await().forever().until(() -> !away);
                begun.add(real.watch(prefix, onEvent));
            });
            later.setDaemon(true);
            later.start();
            return () -> begun.forEach(Watch::close);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
