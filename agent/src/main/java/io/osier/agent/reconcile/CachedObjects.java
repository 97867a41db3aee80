package io.osier.agent.reconcile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Objects of one kind by key, and what has changed of them since somebody last asked. Owned by whoever holds the cache's lock. */
final class CachedObjects<T> {
    private final Map<String, T> objects = new TreeMap<>();
    private final Map<String, Optional<T>> before = new HashMap<>();
    /** Nobody has asked yet, or whoever did has forgotten it: all of them are new. */
    private boolean begins = true;

    /** @param object null if there is none any more */
    void put(String key, @Nullable T object) {
        T known = object == null ? objects.remove(key) : objects.put(key, object);
        if (!begins) {
            before.putIfAbsent(key, Optional.ofNullable(known));
        }
    }

    @Nullable
    T get(String key) {
        return objects.get(key);
    }

    /** All objects in the order of their keys. */
    Collection<T> all() {
        return objects.values();
    }

    /** From now on all of them are new again. */
    void begin() {
        begins = true;
        before.clear();
    }

    /** What has changed since this was last asked, and is not as it was then. */
    List<Change<T>> takeChanges() {
        List<Change<T>> changes = new ArrayList<>(begins ? objects.size() : before.size());
        if (begins) {
            objects.values().forEach(object -> changes.add(Change.appeared(object)));
            begins = false;
        } else {
            before.forEach((key, known) -> {
                T now = objects.get(key);
                if (known.isPresent() || now != null) {
                    changes.add(new Change<>(known.orElse(null), now));
                }
            });
            before.clear();
        }
        return changes;
    }
}
