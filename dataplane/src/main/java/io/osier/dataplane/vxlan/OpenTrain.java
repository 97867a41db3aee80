package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.UdpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.packet.VxlanHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A super-frame that is being joined: the first packet, and a tail of the payloads that have followed it so far. */
final class OpenTrain {
    private static final int MAX_NETWORK_BYTES = 65_535;

    private final Frame head = Frame.view();
    private final PacketShape shape = new PacketShape();
    private @Nullable VxlanTunnel tunnel;
    private int lastPayloadBytes;
    private boolean pushed;

    boolean isOpen() {
        return tunnel != null;
    }

    boolean isOf(int hash) {
        return tunnel != null && shape.flowHash == hash;
    }

    /** Begins with this packet, whose shape must be joinable. */
    void open(VxlanTunnel in, Frame packet, PacketShape its) {
        tunnel = in;
        head.show(packet, packet.start(), packet.length());
        head.setOffloads(
                packet.offloadFlags(),
                0,
                packet.headerLengthBytes(),
                0,
                packet.checksumStart(),
                packet.checksumOffset());
        shape.copyFrom(its);
        lastPayloadBytes = its.payloadBytes;
        pushed = shape.isPushed(packet);
    }

    /** Whether nothing can follow any more: the last packet was shorter, or its sender wants it seen. */
    boolean isComplete() {
        return pushed || lastPayloadBytes < shape.payloadBytes || head.tail().isFull();
    }

    /**
     * Takes the packet in, if it continues this train.
     *
     * @param owner the frame whose memory the packet is in
     */
    boolean append(VxlanTunnel in, Frame owner, Frame packet, PacketShape its) {
        if (in != tunnel
                || !its.isJoinable()
                || !shape.isLike(its)
                || its.payloadBytes > shape.payloadBytes
                || networkBytes() + its.payloadBytes > MAX_NETWORK_BYTES
                || !continues(packet.bytes(), packet.start())) {
            return false;
        }
        add(owner, packet.start(), its.payloadBytes);
        return true;
    }

    /**
     * Takes in a tunnel packet that nobody has read yet, if all of its headers are those of this train's next segment; most
     * are, and comparing is quicker than reading. Only if the checksum of the train is partial, since none is checked here.
     *
     * @param datagram where the packet's VXLAN header lies
     */
    boolean appendUnread(VxlanTunnel in, Frame owner, int datagram, int datagramBytes) {
        int packet = datagram + VxlanHeader.LENGTH_BYTES;
        int packetBytes = datagramBytes - VxlanHeader.LENGTH_BYTES;
        int payloadBytes = packetBytes - shape.payload;
        ByteBuffer bytes = owner.bytes();
        if (in != tunnel
                || !head.hasPartialChecksum()
                || payloadBytes <= 0
                || payloadBytes > shape.payloadBytes
                || networkBytes() + payloadBytes > MAX_NETWORK_BYTES
                || bytes.getLong(datagram) != head.bytes().getLong(head.start() - VxlanHeader.LENGTH_BYTES)
                || !tellsLength(bytes, packet, packetBytes)
                || !continues(bytes, packet)) {
            return false;
        }
        add(owner, packet, payloadBytes);
        return true;
    }

    /** Whether the lengths in the headers are those of the packet. */
    private boolean tellsLength(ByteBuffer bytes, int packet, int packetBytes) {
        int network = packet + EthernetHeader.LENGTH_BYTES;
        int told = shape.v4
                ? Ipv4Header.totalLengthBytes(bytes, network)
                : Ipv6Header.LENGTH_BYTES + Ipv6Header.payloadLengthBytes(bytes, network);
        int transport = packet + shape.transport;
        return told == packetBytes - EthernetHeader.LENGTH_BYTES
                && (shape.tcp || UdpHeader.lengthBytes(bytes, transport) == packetBytes - shape.transport);
    }

    private void add(Frame owner, int packet, int payloadBytes) {
        head.tail().add(owner, packet + shape.payload, payloadBytes);
        lastPayloadBytes = payloadBytes;
        pushed = shape.tcp && (TcpHeader.flags(owner.bytes(), packet + shape.transport) & TcpHeader.PSH) != 0;
    }

    private int networkBytes() {
        return head.totalLength() - EthernetHeader.LENGTH_BYTES;
    }

    /** Whether the packet's headers are those that a sender would have given to this train's next segment. */
    private boolean continues(ByteBuffer other, int o) {
        ByteBuffer mine = head.bytes();
        int m = head.start();
        if (mine.getLong(m) != other.getLong(o) || mine.getInt(m + 8) != other.getInt(o + 8)) {
            return false;
        }
        int network = EthernetHeader.LENGTH_BYTES;
        boolean sameNetwork = shape.v4
                ? continuesIpv4(mine, m + network, other, o + network)
                : continuesIpv6(mine, m + network, other, o + network);
        int transport = shape.transport;
        return sameNetwork
                && mine.getInt(m + transport) == other.getInt(o + transport)
                && (!shape.tcp || continuesTcp(mine, m + transport, other, o + transport));
    }

    private boolean continuesIpv4(ByteBuffer mine, int m, ByteBuffer other, int o) {
        boolean ordered = Ipv4Header.dontFragment(mine, m) // then the identification means nothing, RFC 6864
                || (short) (mine.getShort(m + 4) + head.tail().count() + 1) == other.getShort(o + 4);
        return ordered
                && mine.getShort(m) == other.getShort(o)
                && mine.getInt(m + 6) == other.getInt(o + 6)
                && mine.getLong(m + Ipv4Header.SOURCE) == other.getLong(o + Ipv4Header.SOURCE);
    }

    private static boolean continuesIpv6(ByteBuffer mine, int m, ByteBuffer other, int o) {
        boolean same = mine.getInt(m) == other.getInt(o) && mine.getShort(m + 6) == other.getShort(o + 6);
        for (int i = Ipv6Header.SOURCE; same && i < Ipv6Header.LENGTH_BYTES; i += 8) {
            same = mine.getLong(m + i) == other.getLong(o + i);
        }
        return same;
    }

    private boolean continuesTcp(ByteBuffer mine, int m, ByteBuffer other, int o) {
        int expected =
                TcpHeader.sequence(mine, m) + shape.payloadBytes + head.tail().lengthBytes();
        boolean same = TcpHeader.sequence(other, o) == expected
                && TcpHeader.acknowledgment(mine, m) == TcpHeader.acknowledgment(other, o)
                && (mine.getInt(m + 12) & ~(TcpHeader.PSH << 16)) == (other.getInt(o + 12) & ~(TcpHeader.PSH << 16));
        for (int i = TcpHeader.MIN_LENGTH_BYTES; same && i < shape.payload - shape.transport; i += 4) {
            same = mine.getInt(m + i) == other.getInt(o + i);
        }
        return same;
    }

    /** Ends the train: what stands in the frame's headers from now on is true of the whole. */
    void finish() {
        if (head.tail().count() > 0) {
            ByteBuffer bytes = head.bytes();
            int network = head.start() + EthernetHeader.LENGTH_BYTES;
            int transport = head.start() + shape.transport;
            int transportBytes = head.totalLength() - shape.transport;
            if (shape.v4) {
                Ipv4Header.setTotalLengthBytes(bytes, network, networkBytes());
                Ipv4Header.writeChecksum(bytes, network);
            } else {
                Ipv6Header.setPayloadLengthBytes(bytes, network, networkBytes() - Ipv6Header.LENGTH_BYTES);
            }
            if (shape.tcp) {
                int push = pushed ? TcpHeader.PSH : 0;
                bytes.put(transport + TcpHeader.FLAGS, (byte) (TcpHeader.flags(bytes, transport) | push));
            } else {
                UdpHeader.setLengthBytes(bytes, transport, transportBytes);
            }
            int pseudoHeader = shape.pseudoHeader(head, transportBytes);
            bytes.putShort(transport + shape.checksumOffset(), (short) InternetChecksum.fold(pseudoHeader));
            head.setOffloads(
                    VirtioNetHeader.FLAG_NEEDS_CHECKSUM,
                    gsoType(),
                    shape.payload,
                    shape.payloadBytes,
                    shape.transport,
                    shape.checksumOffset());
        }
    }

    private int gsoType() {
        if (!shape.tcp) {
            return VirtioNetHeader.GSO_UDP_L4;
        }
        return shape.v4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
    }

    /** Hands the frame on and is free for another. */
    void release(Coalescer.Receiver receiver) {
        VxlanTunnel in = tunnel;
        if (in != null) {
            tunnel = null;
            finish();
            receiver.received(in, head);
        }
    }
}
