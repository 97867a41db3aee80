package io.osier.agent.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Keys such as {@code pods/default/web-1} with values of bytes. Every write is a compare-and-set, so that two writers never
 * overwrite each other unseen. Safe for any thread.
 *
 * <p>All methods throw {@link StoreException} if the store cannot be reached, and {@link IllegalArgumentException} for a key
 * that is none.
 */
public interface StateStore extends AutoCloseable {
    /** The expected revision of a key that must not exist. */
    long ABSENT = 0;

    Optional<Versioned> get(String key);

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

    /**
     * Tells {@code onEvent}, on one thread and in order, what is below {@code prefix/} now, then {@code SYNCED}, then every
     * change until closed. Changes of a key that follow closely may be told as one.
     */
    Watch watch(String prefix, Consumer<StoreEvent> onEvent);

    @Override
    void close();

    /** A watch that goes on until it is closed. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
