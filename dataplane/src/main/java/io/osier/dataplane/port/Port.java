package io.osier.dataplane.port;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import org.jspecify.annotations.Nullable;

/**
 * A place where frames enter and leave: a pod, the host, or a tunnel to another node. Batch-shaped in both directions:
 * {@link #receive} fills a batch, {@link #transmit} may hold frames back until {@link #flush}.
 *
 * <p>Only the worker's thread calls a port.
 */
public interface Port {
    /** What {@link #mtuBytes} says where nothing is known to be too long. */
    int NO_LIMIT = Integer.MAX_VALUE;

    PortId id();

    PortCounters counters();

    /**
     * Takes what has arrived, for as long as the batch {@link FrameBatch#hasRoom has room}, and never blocks. May leave some
     * of it for the next turn.
     *
     * @return the number of frames, which is also the batch's size; 0 if nothing waits
     */
    int receive(FrameBatch batch);

    /**
     * Sends the frame, or queues it until {@link #flush}. The memory that the frame shows, in its window and its tail, is
     * borrowed and not changed until then; the frame itself may show other memory after the call. A port counts in
     * {@link #counters()} what it has sent; a super-frame is one packet.
     *
     * @return null if it was sent or queued; otherwise why it was not, and the caller drops it
     */
    @Nullable
    DropReason transmit(Frame frame);

    /** Sends what is queued. What cannot be sent now is counted as dropped by the port. */
    void flush();

    /** The longest IP packet that is known to pass here, in bytes, or {@link #NO_LIMIT}. */
    default int mtuBytes() {
        return NO_LIMIT;
    }

    /** Packets taken by {@link #transmit} that have not been sent yet. */
    default int heldPackets() {
        return 0;
    }
}
