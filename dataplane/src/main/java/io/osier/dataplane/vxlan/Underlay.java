package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import org.jspecify.annotations.Nullable;

/** The tunnel's way to other nodes: a UDP socket, or a simulated network. Only the worker's thread calls it. */
public interface Underlay {
    /**
     * Takes what has arrived, up to the batch's capacity, and never blocks. Each frame's window is one UDP payload, or several
     * from one sender behind one another, of {@link Frame#datagramBytes} each; its outer source is the sender's address.
     *
     * @return the number of frames filled, which is also the batch's size
     */
    int receive(FrameBatch batch);

    /**
     * Sends {@code length} bytes of the frame's memory from index {@code start} as one datagram to the tunnel port of a
     * node, or queues them until {@link #flush}; they are borrowed and not changed until then.
     *
     * @param account counts the packet when it has really been sent
     * @return null if sent or queued; otherwise why not, and the caller drops the packet
     */
    @Nullable
    DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account);

    /**
     * Sends the segments of a super-frame as a datagram each, or queues them until {@link #flush}; headers and payload are
     * borrowed and not changed until then.
     *
     * @param account counts the frame, as one packet, when its last segment has really been sent
     * @return null if sent or queued; otherwise why not, and the caller drops the frame
     */
    @Nullable
    DropReason send(IpAddress node, SegmentTrain train, PortCounters account);

    /** Sends what is queued; what cannot be sent is counted as dropped. */
    void flush();

    /**
     * The longest IP packet, outer headers included, that the path to a node takes as far as is known now; 0 if nothing is
     * known. May take some system calls: not to be asked for every packet.
     */
    default int mtuBytes(IpAddress node) {
        return 0;
    }

    /** A node to which something turned out to be too long since the last call, or null; only one is remembered. */
    default @Nullable IpAddress takeTooLongFor() {
        return null;
    }

    /** Packets queued and not sent yet; a super-frame is one. */
    int heldPackets();
}
