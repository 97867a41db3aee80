package io.osier.agent.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a store that are made together or not at all. What is written here is seen by whoever reads here, and by nobody
 * else until {@link #commit}; what was read once stays as it was. For one thread.
 */
public final class Stage implements Keyspace {
    private final StateStore store;
    /** What the store had when it was asked; empty for a key that was not there. */
    private final Map<String, Optional<Versioned>> seen = new HashMap<>();

    private final Map<String, Staged> staged = new LinkedHashMap<>();

    private final List<Undo> undos = new ArrayList<>();
    private long lastRevision;
    private long bytes;

    /** What is to be there; null for a key that is to go. Revisions are below zero, so that no other is like them. */
    private record Staged(@Nullable Versioned entry) {
        int sizeBytes() {
            return entry == null ? 0 : entry.value().length;
        }
    }

    private record Undo(String key, @Nullable Staged before) {}

    public Stage(StateStore store) {
        this.store = store;
    }

    /** Reads keys that will be asked for, in as few steps as the store can. */
    public void prefetch(Collection<String> keys) {
        List<String> unknown =
                keys.stream().distinct().filter(key -> !seen.containsKey(key)).toList();
        Map<String, Versioned> found = store.getAll(unknown);
        unknown.forEach(key -> seen.put(key, Optional.ofNullable(found.get(key))));
    }

    @Override
    public Optional<Versioned> get(String key) {
        Staged written = staged.get(Keys.check(key));
        return written != null ? Optional.ofNullable(written.entry()) : seen.computeIfAbsent(key, store::get);
    }

    @Override
    public List<Versioned> list(String prefix) {
        Map<String, Versioned> entries = new TreeMap<>();
        for (Versioned entry : store.list(prefix)) {
            seen.computeIfAbsent(entry.key(), key -> Optional.of(entry))
                    .ifPresent(known -> entries.put(known.key(), known));
        }
        staged.forEach((key, change) -> {
            Versioned entry = change.entry();
            if (!key.startsWith(prefix + "/")) {
                return;
            }
            if (entry == null) {
                entries.remove(key);
            } else {
                entries.put(key, entry);
            }
        });
        return List.copyOf(entries.values());
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        if (revisionOf(key) != expectedRevision) {
            return OptionalLong.empty();
        }
        long revision = --lastRevision;
        undos.add(new Undo(key, staged.get(key)));
        set(key, new Staged(new Versioned(key, revision, value)));
        return OptionalLong.of(revision);
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        if (expectedRevision == ABSENT || revisionOf(key) != expectedRevision) {
            return false;
        }
        undos.add(new Undo(key, staged.get(key)));
        set(key, new Staged(null));
        return true;
    }

    /** This moment, to come back to by {@link #undoTo}. */
    public int mark() {
        return undos.size();
    }

    /** Forgets what was written since. */
    public void undoTo(int mark) {
        while (undos.size() > mark) {
            Undo undo = undos.remove(undos.size() - 1);
            set(undo.key(), undo.before());
        }
    }

    /** Whether the store takes as many writes at once as there are here. */
    public boolean fits() {
        return staged.size() <= store.maxWrites() && (staged.size() <= 1 || bytes <= StateStore.MAX_COMMIT_BYTES);
    }

    /**
     * Makes the changes, if everything that is written here is in the store as it was read; it must {@link #fits fit}.
     *
     * @return false if somebody else was first with any of it, and nothing was changed
     */
    public boolean commit() {
        List<Write> writes = new ArrayList<>();
        staged.forEach((key, change) -> {
            Versioned entry = change.entry();
            long expected = seen.getOrDefault(key, Optional.empty())
                    .map(Versioned::revision)
                    .orElse(ABSENT);
            if (entry != null) {
                writes.add(Write.put(key, expected, entry.value()));
            } else if (expected != ABSENT) {
                writes.add(Write.delete(key, expected));
            }
        });
        return writes.isEmpty() || store.commit(writes).isPresent();
    }

    private void set(String key, @Nullable Staged change) {
        Staged before = change == null ? staged.remove(key) : staged.put(key, change);
        bytes += change == null ? 0 : change.sizeBytes();
        bytes -= before == null ? 0 : before.sizeBytes();
    }

    private long revisionOf(String key) {
        return get(key).map(Versioned::revision).orElse(ABSENT);
    }
}
