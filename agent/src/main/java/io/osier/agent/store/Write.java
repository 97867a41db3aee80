package io.osier.agent.store;

import org.jspecify.annotations.Nullable;

/**
 * One of several writes that are made together.
 *
 * @param expectedRevision what the key must still have; {@link Keyspace#ABSENT} for a key that must not exist
 * @param value what it gets; null to remove it
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they are; nobody compares them
public record Write(String key, long expectedRevision, byte @Nullable [] value) {
    /**
     * @throws IllegalArgumentException if the key is none, or would be removed though it must not exist
     */
    public Write {
        Keys.check(key);
        if (value == null && expectedRevision == Keyspace.ABSENT) {
            throw new IllegalArgumentException("what does not exist cannot be removed: " + key);
        }
    }

    /** Gives the key a value. */
    public static Write put(String key, long expectedRevision, byte[] value) {
        return new Write(key, expectedRevision, value);
    }

    /** Removes the key. */
    public static Write delete(String key, long expectedRevision) {
        return new Write(key, expectedRevision, null);
    }

    /** How much of the store's bound on bytes it takes. */
    public int sizeBytes() {
        return value == null ? 0 : value.length;
    }
}
