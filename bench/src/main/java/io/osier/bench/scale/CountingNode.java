package io.osier.bench.scale;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Watchable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A node that watches what an agent watches, and only counts what it is told. */
final class CountingNode implements AutoCloseable {
    private final List<Watchable.Watch> watches = new ArrayList<>();
    private long events;
    private long bytes;

    CountingNode(StateStore store) {
        Stream.concat(AgentWatches.CACHE.stream(), AgentWatches.REMEMBERED.stream())
                .forEach(prefix -> watches.add(store.watch(prefix, this::count)));
    }

    private void count(StoreEvent event) {
        if (event.type() == StoreEvent.Type.SYNCED) {
            return;
        }
        Versioned entry = event.entry();
        events++;
        bytes += entry == null ? event.key().length() : StoreTally.bytesOf(entry);
    }

    /** Since the last {@link #reset}. */
    long events() {
        return events;
    }

    /** Of keys and values. */
    long bytes() {
        return bytes;
    }

    void reset() {
        events = 0;
        bytes = 0;
    }

    @Override
    public void close() {
        watches.forEach(Watchable.Watch::close);
    }
}
