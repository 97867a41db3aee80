package io.osier.bench.scale;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StateStoreContract;
import io.osier.agent.store.Watchable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The store of the simulation keeps the contract, and counts. */
@SuppressWarnings("try") // a watch is held open, not used
class MemoryStoreTest extends StateStoreContract {
    private final MemoryStore store = new MemoryStore();

    @Override
    protected StateStore open() {
        return store;
    }

    @Test
    void whatAListenerWritesIsToldAfterWhatItWasTold() {
        List<String> heard = new ArrayList<>();
        try (Watchable.Watch writes = store.watch("pods", event -> {
                    if (event.key().equals("pods/a/1")) {
                        store.compareAndSet("pods/a/2", StateStore.ABSENT, "x".getBytes(UTF_8));
                    }
                });
                Watchable.Watch hears = store.watch("pods", event -> heard.add(event.key()))) {
            store.compareAndSet("pods/a/1", StateStore.ABSENT, "x".getBytes(UTF_8));
        }
        assertThat(heard).containsExactly("", "pods/a/1", "pods/a/2");
    }

    @Test
    void whatIsAskedIsCounted() {
        StoreTally before = store.tally();
        long revision = store.compareAndSet("pods/a/1", StateStore.ABSENT, "four".getBytes(UTF_8))
                .orElseThrow();
        store.compareAndSet("pods/a/1", revision - 1, "too late".getBytes(UTF_8));
        store.get("pods/a/1");
        store.list("pods");
        store.compareAndDelete("pods/a/1", revision);

        StoreTally asked = store.tally().since(before);
        assertThat(asked.writes()).isEqualTo(2);
        assertThat(asked.writesOf("pods")).isEqualTo(2);
        assertThat(asked.writtenBytes()).isEqualTo(8 + 4 + 8);
        assertThat(asked.reads()).isEqualTo(2);
        assertThat(asked.readBytes()).isEqualTo(2 * (8 + 4));
    }
}
