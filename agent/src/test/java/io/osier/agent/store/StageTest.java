package io.osier.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.store.directory.DirectoryStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written on a stage is seen there, and elsewhere from the commit on. */
class StageTest {
    @TempDir
    Path root;

    private DirectoryStore store;
    private Stage stage;

    @BeforeEach
    void open() {
        store = DirectoryStore.open(root.resolve("store"));
        stage = new Stage(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsWrittenIsSeenHereAtOnceAndElsewhereAfterTheCommit() {
        long old = put(store, "a/old", StateStore.ABSENT, "1");
        put(store, "a/stays", StateStore.ABSENT, "1");
        put(stage, "a/new", StateStore.ABSENT, "1");
        assertThat(stage.compareAndDelete("a/old", old)).isTrue();

        assertThat(entries(stage)).containsExactly("a/new=1", "a/stays=1");
        assertThat(stage.get("a/old")).isEmpty();
        assertThat(entries(store)).containsExactly("a/old=1", "a/stays=1");

        assertThat(stage.commit()).isTrue();
        assertThat(entries(store)).containsExactly("a/new=1", "a/stays=1");
    }

    @Test
    void aKeyCanBeWrittenAgainAndAgain() {
        long first = put(stage, "a/b", StateStore.ABSENT, "1");
        long second = put(stage, "a/b", first, "2");
        assertThat(stage.compareAndSet("a/b", first, bytes("3"))).isEmpty();
        assertThat(stage.compareAndSet("a/b", StateStore.ABSENT, bytes("3"))).isEmpty();
        assertThat(stage.compareAndDelete("a/b", second)).isTrue();
        put(stage, "a/b", StateStore.ABSENT, "4");
        put(stage, "a/never", StateStore.ABSENT, "x");
        stage.compareAndDelete("a/never", stage.get("a/never").orElseThrow().revision());

        assertThat(stage.commit()).isTrue();
        assertThat(entries(store)).containsExactly("a/b=4");
    }

    @Test
    void whatIsUndoneWasNeverWritten() {
        put(stage, "a/1", StateStore.ABSENT, "1");
        int mark = stage.mark();
        put(stage, "a/1", stage.get("a/1").orElseThrow().revision(), "changed");
        put(stage, "a/2", StateStore.ABSENT, "2");
        stage.undoTo(mark);

        assertThat(entries(stage)).containsExactly("a/1=1");
        stage.commit();
        assertThat(entries(store)).containsExactly("a/1=1");
    }

    @Test
    void whoeverWasFirstElsewhereStopsAll() {
        long seen = put(store, "a/b", StateStore.ABSENT, "1");
        stage.prefetch(List.of("a/b", "a/c"));
        put(stage, "a/b", seen, "2");
        put(stage, "a/c", StateStore.ABSENT, "2");
        put(store, "a/c", StateStore.ABSENT, "theirs");

        assertThat(stage.commit()).isFalse();
        assertThat(entries(store)).containsExactly("a/b=1", "a/c=theirs");
    }

    @Test
    void whatWasReadOnceStaysAsItWas() {
        assertThat(stage.get("a/b")).isEmpty();
        put(store, "a/b", StateStore.ABSENT, "theirs");
        assertThat(stage.get("a/b")).isEmpty();
        assertThat(stage.list("a")).isEmpty();
        put(stage, "a/b", StateStore.ABSENT, "ours");
        assertThat(stage.commit()).isFalse();
    }

    @Test
    void tellsWhenItHoldsMoreThanTheStoreTakes() {
        String half = "x".repeat(StateStore.MAX_COMMIT_BYTES / 2 + 1);
        put(stage, "a/1", StateStore.ABSENT, half);
        int mark = stage.mark();
        put(stage, "a/2", StateStore.ABSENT, half);
        assertThat(stage.fits()).isFalse();
        stage.undoTo(mark);
        assertThat(stage.fits()).isTrue();
        for (int i = 1; i < store.maxWrites(); i++) {
            put(stage, "b/" + i, StateStore.ABSENT, "");
        }
        assertThat(stage.fits()).isTrue();
        put(stage, "b/0", StateStore.ABSENT, "");
        assertThat(stage.fits()).isFalse();
    }

    private static long put(Keyspace keys, String key, long expectedRevision, String value) {
        return keys.compareAndSet(key, expectedRevision, bytes(value)).orElseThrow();
    }

    private static List<String> entries(Keyspace keys) {
        return keys.list("a").stream()
                .map(entry -> entry.key() + "=" + new String(entry.value(), UTF_8))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
