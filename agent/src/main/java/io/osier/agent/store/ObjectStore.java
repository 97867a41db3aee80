package io.osier.agent.store;

import io.osier.agent.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster's objects in the store, read and changed whole. A change is repeated on what the other writer left. */
public final class ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectStore.class);

    private final Keyspace store;

    public ObjectStore(Keyspace store) {
        this.store = store;
    }

    public <T> Optional<T> get(String key, Class<T> type) {
        return store.get(key).map(entry -> Json.read(entry.value(), type));
    }

    /** All objects below a prefix. One that cannot be read, from a newer version say, is passed over and logged. */
    public <T> List<T> list(String prefix, Class<T> type) {
        List<T> objects = new ArrayList<>();
        for (Versioned entry : store.list(prefix)) {
            decode(entry, type).ifPresent(objects::add);
        }
        return objects;
    }

    /** The object of an entry; nothing, and a line in the log, if it cannot be read. */
    public static <T> Optional<T> decode(Versioned entry, Class<T> type) {
        try {
            return Optional.of(Json.read(entry.value(), type));
        } catch (RuntimeException e) {
            LOG.warn("{} in the store is passed over: {}", entry.key(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Creates the object; false if there is one already. */
    public boolean create(String key, Object object) {
        return store.compareAndSet(key, Keyspace.ABSENT, Json.bytes(object)).isPresent();
    }

    /** Writes the object whatever is there. */
    public void put(String key, Object object) {
        while (true) {
            long revision = store.get(key).map(Versioned::revision).orElse(Keyspace.ABSENT);
            if (store.compareAndSet(key, revision, Json.bytes(object)).isPresent()) {
                return;
            }
        }
    }

    /**
     * Changes the object.
     *
     * @param change the new object from the present one; null, or an equal one, leaves it
     * @return the object as it is now; nothing if there is none
     */
    public <T> Optional<T> update(String key, Class<T> type, Function<T, @Nullable T> change) {
        while (true) {
            Optional<Versioned> entry = store.get(key);
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            T present = Json.read(entry.get().value(), type);
            T changed = change.apply(present);
            if (changed == null || changed.equals(present)) {
                return Optional.of(present);
            }
            if (store.compareAndSet(key, entry.get().revision(), Json.bytes(changed))
                    .isPresent()) {
                return Optional.of(changed);
            }
        }
    }

    /** Removes the object; false if there is none. */
    public boolean delete(String key) {
        while (true) {
            Optional<Versioned> entry = store.get(key);
            if (entry.isEmpty()) {
                return false;
            }
            if (store.compareAndDelete(key, entry.get().revision())) {
                return true;
            }
        }
    }
}
