package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.packet.VxlanHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the underlay received apart into tunnel packets, checks each and takes its header off (RFC 7348, section 4.1),
 * and joins those that belong together. A transport checksum is checked unless the sender, by agreement, left it partial;
 * what is wrong ends here, and nothing goes on as right that has not been checked or vouched for.
 *
 * <p>A checksum that is exactly the pseudo-header's sum counts as left partial, too. A kernel's VXLAN leaves it so for the
 * network device to complete, which between virtual ones on one machine (veth, virtio) none ever does: there a kernel's own
 * receiver is told beside the bytes, and a socket is not.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
public final class TunnelReceiver {
    /** Where packets go on to. */
    public interface Receiver extends Coalescer.Receiver {
        /** A tunnel packet that is not taken; the frame still begins with its VXLAN header. */
        void refused(DropReason reason, VxlanTunnel in, Frame datagram);
    }

    private final int vni;
    private final Receiver receiver;
    private final Coalescer coalescer;
    private final PacketShape shape = new PacketShape();
    private final Frame packet = Frame.view();

    /**
     * @param joinsTcp whether the ports behind take TCP super-frames
     * @param joinsUdp whether they take UDP super-frames
     */
    public TunnelReceiver(int vni, boolean joinsTcp, boolean joinsUdp, Receiver receiver) {
        this.vni = vni;
        this.receiver = receiver;
        coalescer = new Coalescer(joinsTcp, joinsUdp, receiver);
    }

    /** Takes one datagram, or several in one frame, which must stay as it is until {@link #flush}. */
    public void receive(VxlanTunnel in, Frame received) {
        int step = received.datagramBytes() == 0 ? received.length() : received.datagramBytes();
        int end = received.end();
        for (int at = received.start(); at < end; at += step) {
            int length = Math.min(step, end - at);
            if (!coalescer.offerUnread(in, received, at, length)) {
                packet.show(received, at, length);
                receiveDatagram(in, received);
            }
        }
        if (received.length() == 0) {
            receiver.refused(DropReason.MALFORMED_VXLAN, in, received);
        }
    }

    private void receiveDatagram(VxlanTunnel in, Frame owner) {
        DropReason refused = decapsulate(packet, vni, in.hasRemoteChecksum());
        if (refused != null) {
            receiver.refused(refused, in, packet);
            return;
        }
        if (!shape.read(packet) || (packet.hasPartialChecksum() && packet.checksumStart() != shape.transport)) {
            coalescer.flush(); // nothing may overtake what nobody has read
            receiver.received(in, packet);
            return;
        }
        if (!packet.hasPartialChecksum() && !shape.isIntact(packet)) {
            if (!shape.holdsPseudoHeader(packet)) {
                packet.pop(-VxlanHeader.LENGTH_BYTES);
                receiver.refused(DropReason.BAD_CHECKSUM, in, packet);
                return;
            }
            packet.setOffloads(VirtioNetHeader.FLAG_NEEDS_CHECKSUM, 0, 0, 0, shape.transport, shape.checksumOffset());
        }
        coalescer.offer(in, owner, packet, shape);
    }

    /** Hands on what waits to be joined with more. To be called before the memory of what was received is used again. */
    public void flush() {
        coalescer.flush();
    }

    /**
     * Pops the VXLAN header, so that the frame begins with the inner Ethernet header. Reserved bits are ignored.
     *
     * @param remoteChecksum whether the sender has agreed on remote checksum offload, without which its flag is a reserved bit
     * @return null, or why the packet is not taken; the frame is then as it was
     */
    public static @Nullable DropReason decapsulate(Frame datagram, int vni, boolean remoteChecksum) {
        if (datagram.length() < VxlanHeader.LENGTH_BYTES + EthernetHeader.LENGTH_BYTES) {
            return DropReason.MALFORMED_VXLAN;
        }
        ByteBuffer bytes = datagram.bytes();
        int header = datagram.start();
        if (!VxlanHeader.isVniValid(bytes, header)) {
            return DropReason.MALFORMED_VXLAN;
        }
        if (VxlanHeader.vni(bytes, header) != vni) {
            return DropReason.WRONG_VNI;
        }
        if (!remoteChecksum || !VxlanHeader.hasRemoteChecksum(bytes, header)) {
            datagram.pop(VxlanHeader.LENGTH_BYTES);
            return null;
        }
        int start = VxlanHeader.checksumStart(bytes, header);
        int offset = VxlanHeader.checksumOffset(bytes, header);
        if (start < EthernetHeader.LENGTH_BYTES || VxlanHeader.LENGTH_BYTES + start + offset + 2 > datagram.length()) {
            return DropReason.MALFORMED_VXLAN;
        }
        datagram.pop(VxlanHeader.LENGTH_BYTES);
        datagram.setOffloads(VirtioNetHeader.FLAG_NEEDS_CHECKSUM, 0, 0, 0, start, offset);
        return null;
    }
}
