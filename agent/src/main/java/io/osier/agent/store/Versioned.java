package io.osier.agent.store;

/**
 * A key with its value.
 *
 * @param revision of the write that made it; grows with every write to the store and is never 0
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they are; nobody compares them
public record Versioned(String key, long revision, byte[] value) {}
