package io.osier.dataplane.conntrack;

/**
 * Finds a flow by the tuple of either direction: open-addressed, at most half full, the tuples themselves lying in the entries.
 *
 * <p>Nothing is allocated after construction. Owned by the worker's thread.
 */
final class TupleIndex {
    private static final int NONE = ConnectionTable.NONE;

    private final ConnectionEntries entries;
    private final int[] buckets; // a reference + 1; 0 is free
    private final int mask;
    private final long salt;
    private final FlowKey scratch = new FlowKey();

    /** @param capacity the most flows at a time; a power of two */
    TupleIndex(ConnectionEntries entries, int capacity, long salt) {
        this.entries = entries;
        this.salt = salt;
        buckets = new int[capacity * 4];
        mask = buckets.length - 1;
    }

    /** The reference that has this tuple, or {@link ConnectionTable#NONE}. */
    int lookup(FlowKey key) {
        for (int slot = key.hash(salt) & mask; ; slot = (slot + 1) & mask) {
            int reference = buckets[slot] - 1;
            if (reference == NONE || entries.matches(reference, key)) {
                return reference;
            }
        }
    }

    void insert(int entry, boolean reply) {
        int slot = home(entry, reply);
        while (buckets[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        buckets[slot] = reference(entry, reply) + 1;
    }

    /** Deletes by shifting back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    void remove(int entry, boolean reply) {
        int wanted = reference(entry, reply) + 1;
        int hole = home(entry, reply);
        while (buckets[hole] != wanted) {
            if (buckets[hole] == 0) {
                return;
            }
            hole = (hole + 1) & mask;
        }
        for (int slot = (hole + 1) & mask; buckets[slot] != 0; slot = (slot + 1) & mask) {
            int other = buckets[slot] - 1;
            int home = home(ConnectionTable.entryOf(other), ConnectionTable.isReply(other));
            if (((slot - home) & mask) >= ((slot - hole) & mask)) {
                buckets[hole] = buckets[slot];
                hole = slot;
            }
        }
        buckets[hole] = 0;
    }

    private int home(int entry, boolean reply) {
        return scratch.set(entries, entry, reply).hash(salt) & mask;
    }

    private static int reference(int entry, boolean reply) {
        return entry << 1 | (reply ? 1 : 0);
    }
}
