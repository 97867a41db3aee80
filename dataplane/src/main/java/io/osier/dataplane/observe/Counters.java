package io.osier.dataplane.observe;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.PortCounters;

/**
 * A node's account of its packets: what came in, was made or copied here, went out, or was dropped. Written by the worker's
 * thread only.
 */
public final class Counters {
    private final DropCounters drops = new DropCounters();
    private long originated;
    private long replicated;
    private long retiredReceived;
    private long retiredTransmitted;

    public DropCounters drops() {
        return drops;
    }

    /** A packet made here, such as an ICMP error. */
    public void originated() {
        originated++;
    }

    /** Copies, or fragments, of one packet beyond the first. */
    public void replicated(int copies) {
        replicated += copies;
    }

    /** Keeps a removed port's totals in the account. */
    public void retire(PortCounters port) {
        retiredReceived += port.receivedPackets();
        retiredTransmitted += port.transmittedPackets();
    }

    /** The account now, over these ports and what they still hold. */
    public PacketBalance balance(Iterable<PortCounters> ports, long held) {
        // What overflowed came in, though no port has seen it.
        long received =
                retiredReceived + drops.packets(DropReason.UNDERLAY_OVERFLOW) + drops.packets(DropReason.PORT_OVERFLOW);
        long transmitted = retiredTransmitted;
        for (PortCounters port : ports) {
            received += port.receivedPackets();
            transmitted += port.transmittedPackets();
        }
        return new PacketBalance(received, originated, replicated, transmitted, drops.total(), held);
    }
}
