package io.osier.dataplane.conntrack;

/**
 * Which client has which of the gateway's ports. A client that is masqueraded is to be seen under one port by all backends, and
 * nobody else under it (endpoint-independent mapping, RFC 4787, section 4.1): so a port belongs to a client's address and port
 * for as long as a flow of theirs uses it. That is counted as flows come and go; open-addressed and at most half full. A port
 * that finds no room belongs to nobody, and tuples are told apart by backends alone, as Linux does it.
 *
 * <p>Clients are told apart by a digest of 64 bits. Nothing is allocated after construction. Owned by the worker's thread.
 */
public final class MasqueradePorts {
    private static final int MAX_PORTS = 16_384;
    private static final int SLOTS = MAX_PORTS * 2;
    private static final int MASK = SLOTS - 1;

    private final int[] ports = new int[SLOTS]; // protocol, family and port
    private final int[] flows = new int[SLOTS]; // 0: the slot is free
    private final long[] owners = new long[SLOTS];
    private int used;

    /** A client's end of flows, as a number. */
    public static long client(int protocol, long high, long low, int port) {
        return FlowEnd.digest(protocol, high, low, port);
    }

    /** Whether this port of the gateway is the client's. */
    public boolean isOf(long client, int protocol, boolean v4, int port) {
        int slot = slotOf(key(protocol, v4, port));
        return flows[slot] != 0 && owners[slot] == client;
    }

    /** Whether this port of the gateway is anybody's. */
    public boolean isTaken(int protocol, boolean v4, int port) {
        return flows[slotOf(key(protocol, v4, port))] != 0;
    }

    /** The flow of this entry is one more, if it is masqueraded. */
    void add(ConnectionEntries entries, int entry) {
        if (entries.isBehindGateway(entry)) {
            add(clientOf(entries, entry), entries.protocol(entry), isV4(entries, entry), entries.sourcePort(entry));
        }
    }

    /** The flow of this entry is one less, if it is masqueraded. */
    void remove(ConnectionEntries entries, int entry) {
        if (entries.isBehindGateway(entry)) {
            remove(clientOf(entries, entry), entries.protocol(entry), isV4(entries, entry), entries.sourcePort(entry));
        }
    }

    private static long clientOf(ConnectionEntries entries, int entry) {
        return client(
                entries.protocol(entry),
                entries.clientHigh(entry),
                entries.clientLow(entry),
                entries.clientPort(entry));
    }

    private static boolean isV4(ConnectionEntries entries, int entry) {
        return entries.sourceHigh(entry) == 0;
    }

    void add(long client, int protocol, boolean v4, int port) {
        int key = key(protocol, v4, port);
        int slot = slotOf(key);
        if (flows[slot] == 0) {
            if (used == MAX_PORTS) {
                return;
            }
            used++;
            ports[slot] = key;
            owners[slot] = client;
        }
        if (owners[slot] == client) { // another's that came when there was no choice is not counted
            flows[slot]++;
        }
    }

    void remove(long client, int protocol, boolean v4, int port) {
        int slot = slotOf(key(protocol, v4, port));
        if (flows[slot] > 0 && owners[slot] == client && --flows[slot] == 0) {
            used--;
            close(slot);
        }
    }

    private static int key(int protocol, boolean v4, int port) {
        return protocol << 17 | (v4 ? 1 << 16 : 0) | port;
    }

    /** Where the port is, or would be. */
    private int slotOf(int key) {
        int slot = home(key);
        while (flows[slot] != 0 && ports[slot] != key) {
            slot = (slot + 1) & MASK;
        }
        return slot;
    }

    /** Shifts back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    private void close(int emptied) {
        int hole = emptied;
        for (int slot = (hole + 1) & MASK; flows[slot] != 0; slot = (slot + 1) & MASK) {
            if (((slot - home(ports[slot])) & MASK) >= ((slot - hole) & MASK)) {
                ports[hole] = ports[slot];
                owners[hole] = owners[slot];
                flows[hole] = flows[slot];
                flows[slot] = 0;
                hole = slot;
            }
        }
    }

    private static int home(int key) {
        return (key * 0x9e37_79b9) >>> 16 & MASK;
    }
}
