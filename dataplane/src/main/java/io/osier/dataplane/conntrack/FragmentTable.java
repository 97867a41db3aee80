package io.osier.dataplane.conntrack;

import io.osier.dataplane.packet.ParsedPacket;

/**
 * Remembers which flow a fragmented packet's first fragment belonged to, because later fragments carry no ports (RFC 791,
 * section 2.3). A direct-mapped cache: a collision forgets the older packet, whose late fragments are then dropped as they
 * would be if they had overtaken their first.
 *
 * <p>Owned by the worker's thread.
 */
public final class FragmentTable {
    private static final int SLOTS = 1024;
    private static final int LONGS_PER_SLOT = 5;
    /** A receiver gives up reassembly after 15 s at the earliest (RFC 1122, 3.3.2, asks for 60 s at most). */
    private static final long LIFETIME_NANOS = 15_000_000_000L;

    private final long[] slots = new long[SLOTS * LONGS_PER_SLOT];
    private final int[] references = new int[SLOTS];
    private final long[] expiryNanos = new long[SLOTS];

    /** Notes a first fragment's connection reference. */
    public void remember(ParsedPacket packet, int reference, long nowNanos) {
        int slot = slot(packet);
        int at = slot * LONGS_PER_SLOT;
        slots[at] = packet.sourceHigh();
        slots[at + 1] = packet.sourceLow();
        slots[at + 2] = packet.destinationHigh();
        slots[at + 3] = packet.destinationLow();
        slots[at + 4] = idAndProtocol(packet);
        references[slot] = reference;
        expiryNanos[slot] = nowNanos + LIFETIME_NANOS;
    }

    /** The reference noted for this fragment's packet, or {@link ConnectionTable#NONE}. */
    public int lookup(ParsedPacket packet, long nowNanos) {
        int slot = slot(packet);
        int at = slot * LONGS_PER_SLOT;
        boolean same = slots[at + 4] == idAndProtocol(packet)
                && slots[at + 1] == packet.sourceLow()
                && slots[at + 3] == packet.destinationLow()
                && slots[at] == packet.sourceHigh()
                && slots[at + 2] == packet.destinationHigh();
        return same && expiryNanos[slot] - nowNanos > 0 ? references[slot] : ConnectionTable.NONE;
    }

    private static long idAndProtocol(ParsedPacket packet) {
        // Never zero, so that an unused slot matches nothing.
        return ((long) packet.protocol() << 33) | (1L << 32) | (packet.fragmentId() & 0xffff_ffffL);
    }

    private static int slot(ParsedPacket packet) {
        long mixed = (packet.sourceLow() ^ Long.rotateLeft(packet.destinationLow(), 21) ^ idAndProtocol(packet))
                * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 54);
    }
}
