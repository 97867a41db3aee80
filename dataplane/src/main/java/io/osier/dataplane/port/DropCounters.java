package io.osier.dataplane.port;

import io.osier.dataplane.packet.DropReason;

/** Packets not delivered, by reason. Written by the worker's thread only. */
@SuppressWarnings("EnumOrdinal") // an index that never leaves this object
public final class DropCounters {
    private static final DropReason[] REASONS = DropReason.values();

    private final long[] packets = new long[REASONS.length];

    public void count(DropReason reason) {
        packets[reason.ordinal()]++;
    }

    public void count(DropReason reason, int morePackets) {
        packets[reason.ordinal()] += morePackets;
    }

    public long packets(DropReason reason) {
        return packets[reason.ordinal()];
    }

    public long total() {
        long total = 0;
        for (long count : packets) {
            total += count;
        }
        return total;
    }
}
