package io.osier.dataplane.conntrack;

import static io.osier.dataplane.conntrack.ConnectionEntries.CLIENT;
import static io.osier.dataplane.conntrack.ConnectionEntries.CLIENT_MAC;
import static io.osier.dataplane.conntrack.ConnectionEntries.CLIENT_PACKETS;
import static io.osier.dataplane.conntrack.ConnectionEntries.PROTOCOL;
import static io.osier.dataplane.conntrack.ConnectionEntries.SEAL;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * A digest of what a flow keeps for its life, in its entry, so that a half-written entry is known as such when the memory is found
 * again by another process.
 */
final class ConnectionSeal {
    private final ByteBuffer memory;
    private final ConnectionEntries entries;

    /** @param memory that of the entries */
    ConnectionSeal(ByteBuffer memory, ConnectionEntries entries) {
        this.memory = memory;
        this.entries = entries;
    }

    /** Vouches for the entry's ends from now on. */
    void seal(int entry) {
        memory.putLong(ConnectionEntries.at(entry) + SEAL, digest(entry));
    }

    /** Whether the entry is a flow's, whole, and neither over nor from the future: what it must be to be believed. */
    boolean isSound(int entry, long nowNanos) {
        if (!entries.isLive(entry)
                || memory.getLong(ConnectionEntries.at(entry) + SEAL) != digest(entry)
                || !entries.hasState(entry)) {
            return false;
        }
        long leftNanos = entries.expiryNanos(entry) - nowNanos;
        return leftNanos > 0 && leftNanos <= TimeUnit.SECONDS.toNanos(FlowTimeouts.MAX_SECONDS);
    }

    private long digest(int entry) {
        int at = ConnectionEntries.at(entry);
        long digest = memory.get(at + PROTOCOL) + 1L;
        for (int i = CLIENT; i < PROTOCOL; i += 8) {
            digest = mix(digest, memory.getLong(at + i));
        }
        for (int i = CLIENT_MAC; i < CLIENT_PACKETS; i += 8) {
            digest = mix(digest, memory.getLong(at + i));
        }
        return mix(digest, memory.getLong(at + ConnectionEntries.INSTANCE));
    }

    private static long mix(long digest, long next) {
        long mixed = (digest ^ next) * 0x9e37_79b9_7f4a_7c15L;
        return mixed ^ mixed >>> 29;
    }
}
