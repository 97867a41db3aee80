package io.osier.dataplane.conntrack;

/**
 * How many live flows each backend has, for those services that balance by it: counted as flows come and go, so that nobody
 * ever walks the connection table for it. Open-addressed and at most half full; a backend that finds no room counts as idle.
 *
 * <p>Backends are told apart by a digest of 64 bits; should two ever share one, they share a number that only weighs choices.
 *
 * <p>Nothing is allocated after construction. Owned by the worker's thread.
 */
public final class BackendLoads {
    private static final int MAX_BACKENDS = 8_192;
    private static final int SLOTS = MAX_BACKENDS * 2;
    private static final int MASK = SLOTS - 1;

    private final long[] digests = new long[SLOTS];
    private final int[] flows = new int[SLOTS];
    private int backends;

    /** The live flows to this backend. */
    public int flows(int protocol, long high, long low, int port) {
        return flows[slotOf(FlowEnd.digest(protocol, high, low, port))];
    }

    /** The flow of this entry is one more. */
    void add(ConnectionEntries entries, int entry) {
        add(entries.protocol(entry), entries.backendHigh(entry), entries.backendLow(entry), entries.backendPort(entry));
    }

    /** The flow of this entry is one less. */
    void remove(ConnectionEntries entries, int entry) {
        remove(
                entries.protocol(entry),
                entries.backendHigh(entry),
                entries.backendLow(entry),
                entries.backendPort(entry));
    }

    void add(int protocol, long high, long low, int port) {
        long digest = FlowEnd.digest(protocol, high, low, port);
        int slot = slotOf(digest);
        if (flows[slot] == 0) {
            if (backends == MAX_BACKENDS) {
                return;
            }
            backends++;
            digests[slot] = digest;
        }
        flows[slot]++;
    }

    void remove(int protocol, long high, long low, int port) {
        int slot = slotOf(FlowEnd.digest(protocol, high, low, port));
        if (flows[slot] > 0 && --flows[slot] == 0) {
            backends--;
            close(slot);
        }
    }

    /** Where the backend is, or would be. */
    private int slotOf(long digest) {
        int slot = home(digest);
        while (flows[slot] != 0 && digests[slot] != digest) {
            slot = (slot + 1) & MASK;
        }
        return slot;
    }

    /** Shifts back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    private void close(int emptied) {
        int hole = emptied;
        for (int slot = (hole + 1) & MASK; flows[slot] != 0; slot = (slot + 1) & MASK) {
            if (((slot - home(digests[slot])) & MASK) >= ((slot - hole) & MASK)) {
                digests[hole] = digests[slot];
                flows[hole] = flows[slot];
                flows[slot] = 0;
                hole = slot;
            }
        }
    }

    private static int home(long digest) {
        return (int) (digest >>> 32) & MASK;
    }
}
