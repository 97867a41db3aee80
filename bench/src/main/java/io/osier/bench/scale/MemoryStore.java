package io.osier.bench.scale;

import io.osier.agent.store.Keys;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in memory that counts what it is asked. Watches are told before a write returns, on the writer's thread; what a
 * listener writes is told when all have heard what it was told, so that everybody hears everything in one order.
 */
final class MemoryStore implements StateStore {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryStore.class);
    /** As many as etcd takes. */
    private static final int MAX_WRITES = 127;

    private final NavigableMap<String, Versioned> entries = new TreeMap<>();
    /** By the first part of the prefix, so that a write does not ask watches that cannot want it. */
    private final Map<String, List<Listener>> listeners = new HashMap<>();

    private final Deque<StoreEvent> untold = new ArrayDeque<>();
    private final StoreTally tally = new StoreTally();
    private long revision;
    private boolean telling;

    private final class Listener implements Watch {
        private final String below;
        private final Consumer<StoreEvent> onEvent;
        private boolean closed;

        Listener(String prefix, Consumer<StoreEvent> onEvent) {
            this.below = prefix + "/";
            this.onEvent = onEvent;
        }

        void tell(StoreEvent event) {
            if (closed) {
                return;
            }
            try {
                onEvent.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("a listener of the store failed at {} {}", event.type(), event.key(), e);
            }
        }

        @Override
        public void close() {
            synchronized (MemoryStore.this) {
                closed = true;
                List<Listener> remaining =
                        new ArrayList<>(listeners.getOrDefault(StoreTally.folderOf(below), List.of()));
                remaining.remove(this);
                listeners.put(StoreTally.folderOf(below), remaining);
            }
        }
    }

    /** What was asked since the beginning. */
    synchronized StoreTally tally() {
        return tally.copy();
    }

    @Override
    public synchronized Optional<Versioned> get(String key) {
        Optional<Versioned> entry = Optional.ofNullable(entries.get(Keys.check(key)));
        tally.read(entry.stream().toList());
        return entry;
    }

    @Override
    public synchronized List<Versioned> list(String prefix) {
        List<Versioned> found = below(Keys.check(prefix) + "/");
        tally.read(found);
        return found;
    }

    private List<Versioned> below(String folder) {
        // '0' is what comes after '/'.
        String end = folder.substring(0, folder.length() - 1) + '0';
        return List.copyOf(entries.subMap(folder, true, end, false).values());
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        return commit(List.of(Write.put(key, expectedRevision, value)));
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        Keys.check(key);
        return expectedRevision != ABSENT
                && commit(List.of(Write.delete(key, expectedRevision))).isPresent();
    }

    @Override
    public synchronized OptionalLong commit(List<Write> writes) {
        StateStore.check(writes, MAX_WRITES);
        for (Write write : writes) {
            Versioned present = entries.get(write.key());
            if ((present == null ? ABSENT : present.revision()) != write.expectedRevision()) {
                return OptionalLong.empty();
            }
        }
        revision++;
        for (Write write : writes) {
            byte[] value = write.value();
            if (value == null) {
                entries.remove(write.key());
                untold.add(new StoreEvent(StoreEvent.Type.DELETE, write.key(), null));
            } else {
                Versioned entry = new Versioned(write.key(), revision, value);
                entries.put(write.key(), entry);
                untold.add(new StoreEvent(StoreEvent.Type.PUT, write.key(), entry));
            }
            tally.written(write);
        }
        long written = revision;
        tellAll();
        return OptionalLong.of(written);
    }

    private void tellAll() {
        if (telling) {
            return; // whoever tells will come to it
        }
        telling = true;
        try {
            for (StoreEvent event = untold.poll(); event != null; event = untold.poll()) {
                for (Listener listener :
                        List.copyOf(listeners.getOrDefault(StoreTally.folderOf(event.key()), List.of()))) {
                    if (event.key().startsWith(listener.below)) {
                        listener.tell(event);
                    }
                }
            }
        } finally {
            telling = false;
        }
    }

    @Override
    public int maxWrites() {
        return MAX_WRITES;
    }

    @Override
    public synchronized Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        Listener listener = new Listener(Keys.check(prefix), onEvent);
        below(listener.below).forEach(entry -> listener.tell(new StoreEvent(StoreEvent.Type.PUT, entry.key(), entry)));
        listener.tell(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
        listeners
                .computeIfAbsent(StoreTally.folderOf(listener.below), folder -> new ArrayList<>())
                .add(listener);
        return listener;
    }

    @Override
    public synchronized void close() {
        listeners.values().forEach(all -> all.forEach(listener -> listener.closed = true));
        listeners.clear();
    }
}
