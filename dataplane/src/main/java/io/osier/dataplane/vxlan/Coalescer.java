package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.Frame;

/**
 * Joins packets of one flow that arrive one behind another into a super-frame, as the kernel's generic receive offload does:
 * the first packet's window gets the others' payloads for a tail, and nothing is copied. Packets of one flow stay in order;
 * flows may change places within a batch.
 *
 * <p>Joined are TCP segments that continue one another with equal acknowledgment, window, options and flags, and UDP packets
 * of equal length; the last of each may be shorter. All else passes alone. The transport checksum of a packet offered must be
 * partial, or have been found right, since that of the whole will be partial.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
final class Coalescer {
    /** Where frames go on to. */
    interface Receiver {
        /** Takes a packet, or several in one, that came through a tunnel. Borrowed for as long as the call lasts. */
        void received(VxlanTunnel in, Frame frame);
    }

    /** Flows that may be open at a time: as many as a long has bits. */
    private static final int SLOTS = Long.SIZE;

    /** Slots that a flow may be in: the one that its hash names and those behind it. */
    private static final int PROBES = 4;

    private final boolean joinsTcp;
    private final boolean joinsUdp;
    private final Receiver receiver;
    private final OpenTrain[] slots = new OpenTrain[SLOTS];
    private long open;
    private int latest;

    /**
     * @param joinsTcp whether the ports behind take TCP super-frames
     * @param joinsUdp whether they take UDP super-frames
     */
    Coalescer(boolean joinsTcp, boolean joinsUdp, Receiver receiver) {
        this.joinsTcp = joinsTcp;
        this.joinsUdp = joinsUdp;
        this.receiver = receiver;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new OpenTrain();
        }
    }

    /**
     * Takes the next packet of a plain shape.
     *
     * @param owner the frame whose memory the packet is in, which stays as it is until {@link #flush}
     * @param packet shows the packet now, and may show another one after the call
     */
    void offer(VxlanTunnel in, Frame owner, Frame packet, PacketShape shape) {
        int index = slotOf(shape.flowHash);
        OpenTrain train = slots[index];
        if (train.isOf(shape.flowHash) && train.append(in, owner, packet, shape)) {
            latest = index;
            closeIfComplete(index);
            return;
        }
        close(index);
        if (shape.isJoinable() && (shape.tcp ? joinsTcp : joinsUdp) && !shape.isPushed(packet)) {
            train.open(in, packet, shape);
            open |= 1L << index;
            latest = index;
        } else {
            receiver.received(in, packet);
        }
    }

    /**
     * Takes a tunnel packet that nobody has read yet, if it goes on where the latest one ended.
     *
     * @param datagram where its VXLAN header lies in the memory of {@code owner}
     */
    boolean offerUnread(VxlanTunnel in, Frame owner, int datagram, int datagramBytes) {
        if (!slots[latest].appendUnread(in, owner, datagram, datagramBytes)) {
            return false;
        }
        closeIfComplete(latest);
        return true;
    }

    private void closeIfComplete(int index) {
        if (slots[index].isComplete()) {
            close(index);
        }
    }

    /** The slot that the flow has, or else a free one, or else one whose flow has to make room. */
    private int slotOf(int flowHash) {
        int free = -1;
        for (int i = 0; i < PROBES; i++) {
            int index = flowHash + i & SLOTS - 1;
            if (slots[index].isOf(flowHash)) {
                return index;
            }
            if (free < 0 && !slots[index].isOpen()) {
                free = index;
            }
        }
        return free < 0 ? flowHash & SLOTS - 1 : free;
    }

    private void close(int index) {
        open &= ~(1L << index);
        slots[index].release(receiver);
    }

    /** Hands on all that is open. */
    void flush() {
        while (open != 0) {
            close(Long.numberOfTrailingZeros(open));
        }
    }
}
