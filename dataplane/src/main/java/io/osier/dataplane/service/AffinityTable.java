package io.osier.dataplane.service;

/**
 * Which backend a client was last given by a service with session affinity: what kube-proxy keeps in the kernel's {@code recent}
 * lists. A fixed number of entries, each found among {@value #WAYS} neighbours; a client that finds no room takes the place of
 * the one that has been silent for longest there, so that a flood of clients costs others their affinity at worst. A client has
 * one backend of a service port, by whichever of its addresses it comes.
 *
 * <pre>
 *   client (16) | service (16) | backend port, 0 for a free entry (8) | backend (16) | last seen, nanos (8)
 * </pre>
 *
 * <p>Nothing is allocated after construction. Owned by the worker's thread.
 */
public final class AffinityTable {
    private static final int WAYS = 8;
    private static final int LONGS = 8;
    private static final int CLIENT = 0;
    private static final int SERVICE = 2;
    private static final int PORT = 4;
    private static final int BACKEND = 5;
    private static final int SEEN_NANOS = 7;

    /** Of {@link #PORT}: no backend has port 0. */
    private static final long NOT_USED = 0;

    private final long[] entries;
    private final int mask;

    /** @param capacity the most clients that are remembered; a power of two, at least {@value #WAYS} */
    public AffinityTable(int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity < WAYS) {
            throw new IllegalArgumentException("capacity must be a power of two from " + WAYS + " on: " + capacity);
        }
        entries = new long[capacity * LONGS];
        mask = capacity - 1;
    }

    private AffinityTable(long[] entries) {
        this.entries = entries;
        mask = entries.length / LONGS - 1;
    }

    /** Another that knows the same. Allocates: for who asks, and for no packet. */
    public AffinityTable copy() {
        return new AffinityTable(entries.clone());
    }

    /** Forgets everything, and knows what another of the same capacity knows. */
    public void copyFrom(AffinityTable other) {
        System.arraycopy(other.entries, 0, entries, 0, entries.length);
    }

    /** The backend that the client was given by the service within its time, or −1 if none or if that has gone. */
    public int lookup(VirtualService service, long clientHigh, long clientLow, long nowNanos) {
        int entry = find(service, clientHigh, clientLow);
        if (entry < 0 || nowNanos - entries[entry + SEEN_NANOS] > service.affinityNanos()) {
            return -1;
        }
        return service.indexOf(entries[entry + BACKEND], entries[entry + BACKEND + 1], (int) entries[entry + PORT]);
    }

    /** The client has just been given this backend. */
    public void remember(VirtualService service, long clientHigh, long clientLow, Backend backend, long nowNanos) {
        int entry = find(service, clientHigh, clientLow);
        if (entry < 0) {
            entry = leastRecent(service, clientHigh, clientLow, nowNanos);
        }
        entries[entry + CLIENT] = clientHigh;
        entries[entry + CLIENT + 1] = clientLow;
        entries[entry + SERVICE] = service.identityHigh();
        entries[entry + SERVICE + 1] = service.identityLow();
        entries[entry + PORT] = backend.port();
        entries[entry + BACKEND] = backend.address().high();
        entries[entry + BACKEND + 1] = backend.address().low();
        entries[entry + SEEN_NANOS] = nowNanos;
    }

    private int find(VirtualService service, long clientHigh, long clientLow) {
        int home = home(service, clientHigh, clientLow);
        for (int i = 0; i < WAYS; i++) {
            int entry = (home + i & mask) * LONGS;
            if (entries[entry + CLIENT + 1] == clientLow
                    && entries[entry + CLIENT] == clientHigh
                    && entries[entry + PORT] != NOT_USED
                    && entries[entry + SERVICE + 1] == service.identityLow()
                    && entries[entry + SERVICE] == service.identityHigh()) {
                return entry;
            }
        }
        return -1;
    }

    private int leastRecent(VirtualService service, long clientHigh, long clientLow, long nowNanos) {
        int home = home(service, clientHigh, clientLow);
        int oldest = home * LONGS;
        long longestNanos = -1;
        for (int i = 0; i < WAYS; i++) {
            int entry = (home + i & mask) * LONGS;
            boolean used = entries[entry + PORT] != NOT_USED;
            long silentNanos = used ? nowNanos - entries[entry + SEEN_NANOS] : Long.MAX_VALUE;
            if (silentNanos > longestNanos) {
                longestNanos = silentNanos;
                oldest = entry;
            }
        }
        return oldest;
    }

    private int home(VirtualService service, long clientHigh, long clientLow) {
        long mixed = clientLow ^ Long.rotateLeft(clientHigh, 29);
        mixed = (mixed ^ service.identityLow()) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 36) & mask;
    }
}
