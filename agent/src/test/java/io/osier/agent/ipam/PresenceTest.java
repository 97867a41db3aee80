package io.osier.agent.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.directory.DirectoryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signs of life every few milliseconds, whatever becomes of the last one. */
class PresenceTest {
    private static final String KEY = Keys.presence("a");
    private static final Duration EVERY = Duration.ofMillis(5);

    private DirectoryStore store;

    @BeforeEach
    void open(@TempDir Path folder) {
        store = DirectoryStore.open(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long revision() {
        return store.get(KEY).map(Versioned::revision).orElse(Keyspace.ABSENT);
    }

    private void waitForNewSigns() {
        for (int i = 0; i < 3; i++) {
            long before = revision();
            Awaitility.await().until(() -> revision() > before);
        }
    }

    @Test
    void eachIsNew() {
        try (Presence presence = new Presence(store, "a", "me", EVERY)) {
            assertThat(presence).isNotNull();
            waitForNewSigns();
            assertThat(store.get(KEY).orElseThrow().value()).isEqualTo("me".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void thoseOfAnAgentBeforeAreTakenOver() {
        store.compareAndSet(KEY, Keyspace.ABSENT, new byte[] {1});
        try (Presence presence = new Presence(store, "a", "me", EVERY)) {
            assertThat(presence).isNotNull();
            waitForNewSigns();
        }
    }

    @Test
    void theyGoOnWhenTheyAreDeleted() {
        try (Presence presence = new Presence(store, "a", "me", EVERY)) {
            assertThat(presence).isNotNull();
            waitForNewSigns();
            Awaitility.await().until(() -> store.compareAndDelete(KEY, revision()));
            waitForNewSigns();
        }
    }
}
