package io.osier.agent.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Keys such as {@code pods/default/web-1} with values of bytes. Every write is a compare-and-set, so that two writers never
 * overwrite each other unseen.
 *
 * <p>All methods throw {@link StoreException} if the store cannot be reached, and {@link IllegalArgumentException} for a key
 * that is none.
 */
public interface Keyspace {
    /** The expected revision of a key that must not exist. */
    long ABSENT = 0;

    Optional<Versioned> get(String key);

    /** Those of the keys that exist, by key; in fewer steps than one by one where the store can do that. */
    default Map<String, Versioned> getAll(Collection<String> keys) {
        Map<String, Versioned> found = new TreeMap<>();
        for (String key : keys) {
            get(key).ifPresent(entry -> found.put(key, entry));
        }
        return found;
    }

    /** All keys below {@code prefix/}, in their order. */
    List<Versioned> list(String prefix);

    /**
     * Writes the key if its revision is still the expected one; {@link #ABSENT} creates it.
     *
     * @return the new revision, or nothing if somebody else was first
     */
    OptionalLong compareAndSet(String key, long expectedRevision, byte[] value);

    /** Removes the key if its revision is still the expected one; false if somebody else was first. */
    boolean compareAndDelete(String key, long expectedRevision);
}
