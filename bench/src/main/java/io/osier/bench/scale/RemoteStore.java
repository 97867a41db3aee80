package io.osier.bench.scale;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store as it looks from another process: what it tells are copies, so that a node's memory is its own. What the listeners of
 * its watches do is taken for the node's effort.
 */
final class RemoteStore implements StateStore {
    private final StateStore store;
    private final Effort effort;

    RemoteStore(StateStore store, Effort effort) {
        this.store = store;
        this.effort = effort;
    }

    private static Versioned copy(Versioned entry) {
        return new Versioned(
                new String(entry.key().toCharArray()),
                entry.revision(),
                entry.value().clone());
    }

    private static StoreEvent copy(StoreEvent event) {
        Versioned entry = event.entry();
        @Nullable Versioned copied = entry == null ? null : copy(entry);
        return new StoreEvent(event.type(), copied == null ? event.key() : copied.key(), copied);
    }

    @Override
    public Optional<Versioned> get(String key) {
        return store.get(key).map(RemoteStore::copy);
    }

    @Override
    public List<Versioned> list(String prefix) {
        return store.list(prefix).stream().map(RemoteStore::copy).toList();
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        return store.compareAndSet(key, expectedRevision, value);
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        return store.compareAndDelete(key, expectedRevision);
    }

    @Override
    public OptionalLong commit(List<Write> writes) {
        return store.commit(writes);
    }

    @Override
    public int maxWrites() {
        return store.maxWrites();
    }

    @Override
    public Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        return store.watch(prefix, event -> {
            StoreEvent copied = copy(event);
            effort.spend(() -> onEvent.accept(copied));
        });
    }

    /** The store goes on; its other users have it still. */
    @Override
    public void close() {}
}
