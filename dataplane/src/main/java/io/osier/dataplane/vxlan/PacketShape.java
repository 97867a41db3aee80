package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.TransportChecksum;
import io.osier.dataplane.packet.UdpHeader;
import java.nio.ByteBuffer;

/**
 * What the tunnel's receiving side reads in a packet: where its headers lie, whether its transport checksum is right, and
 * whether it can be joined with others. Knows only the plain shape, an unfragmented TCP or UDP packet whose lengths agree and
 * that has no IP options; whatever else there is passes unread. Reused for every packet.
 */
final class PacketShape {
    private static final int JOINABLE_TCP_FLAGS = TcpHeader.ACK | TcpHeader.PSH | TcpHeader.ECE;

    boolean v4;
    boolean tcp;
    /** Offsets from the frame's start. */
    int transport;

    int payload;
    int payloadBytes;
    int flowHash;

    private boolean joinable;

    /** Reads the headers; false if the packet is not of the plain shape, and then nothing else here counts. */
    boolean read(Frame frame) {
        ByteBuffer bytes = frame.bytes();
        int network = frame.start() + EthernetHeader.LENGTH_BYTES;
        int available = frame.end() - network;
        if (available < Ipv4Header.MIN_LENGTH_BYTES + UdpHeader.LENGTH_BYTES) {
            return false;
        }
        return switch (EthernetHeader.etherType(bytes, frame.start())) {
            case EthernetHeader.TYPE_IPV4 -> readIpv4(bytes, frame, network, available);
            case EthernetHeader.TYPE_IPV6 -> readIpv6(bytes, frame, network, available);
            default -> false;
        };
    }

    private boolean readIpv4(ByteBuffer bytes, Frame frame, int network, int available) {
        v4 = true;
        if (bytes.get(network) != 0x45
                || Ipv4Header.isFragment(bytes, network)
                || Ipv4Header.totalLengthBytes(bytes, network) != available) {
            return false;
        }
        flowHash = bytes.getInt(network + Ipv4Header.SOURCE) * 31 + bytes.getInt(network + Ipv4Header.DESTINATION);
        return readTransport(bytes, frame, network + Ipv4Header.MIN_LENGTH_BYTES, Ipv4Header.protocol(bytes, network));
    }

    private boolean readIpv6(ByteBuffer bytes, Frame frame, int network, int available) {
        v4 = false;
        if (available < Ipv6Header.LENGTH_BYTES + UdpHeader.LENGTH_BYTES
                || Ipv6Header.LENGTH_BYTES + Ipv6Header.payloadLengthBytes(bytes, network) != available) {
            return false;
        }
        long addresses = Ipv6Header.sourceHigh(bytes, network) * 31 + Ipv6Header.sourceLow(bytes, network);
        addresses = addresses * 31 + Ipv6Header.destinationHigh(bytes, network);
        flowHash = Long.hashCode(addresses * 31 + Ipv6Header.destinationLow(bytes, network));
        return readTransport(bytes, frame, network + Ipv6Header.LENGTH_BYTES, Ipv6Header.nextHeader(bytes, network));
    }

    private boolean readTransport(ByteBuffer bytes, Frame frame, int at, int protocol) {
        int available = frame.end() - at;
        tcp = protocol == IpProtocol.TCP;
        int headerBytes;
        if (tcp && available >= TcpHeader.MIN_LENGTH_BYTES) {
            headerBytes = TcpHeader.headerLengthBytes(bytes, at);
            joinable = (TcpHeader.flags(bytes, at) & ~JOINABLE_TCP_FLAGS) == 0;
        } else if (protocol == IpProtocol.UDP && UdpHeader.lengthBytes(bytes, at) == available) {
            headerBytes = UdpHeader.LENGTH_BYTES;
            joinable = hasChecksum(bytes, at);
        } else {
            return false;
        }
        transport = at - frame.start();
        payload = transport + headerBytes;
        payloadBytes = available - headerBytes;
        flowHash = (flowHash * 31 + bytes.getInt(at)) * 31 + protocol;
        flowHash ^= flowHash >>> 15;
        return payloadBytes >= 0 && headerBytes >= UdpHeader.LENGTH_BYTES;
    }

    /** An IPv4 sender of UDP may leave the checksum out, as zero (RFC 768). */
    private boolean hasChecksum(ByteBuffer bytes, int at) {
        return tcp || bytes.getShort(at + UdpHeader.CHECKSUM) != 0;
    }

    /** Whether the transport checksum, which must not be partial, is right or left out as it may be. Reads the payload. */
    boolean isIntact(Frame frame) {
        ByteBuffer bytes = frame.bytes();
        int at = frame.start() + transport;
        if (v4 && !hasChecksum(bytes, at)) {
            return true;
        }
        int lengthBytes = frame.end() - at;
        return TransportChecksum.isValid(bytes, pseudoHeader(frame, lengthBytes), at, lengthBytes);
    }

    /** Whether the transport checksum is the pseudo-header's sum and nothing else: what is left for a device to complete. */
    boolean holdsPseudoHeader(Frame frame) {
        int at = frame.start() + transport;
        int pseudoHeader = InternetChecksum.fold(pseudoHeader(frame, frame.end() - at));
        return (frame.bytes().getShort(at + checksumOffset()) & 0xffff) == pseudoHeader;
    }

    /** The sum of the pseudo-header of a packet of this shape, but with a transport header and payload of this length. */
    int pseudoHeader(Frame frame, int lengthBytes) {
        int network = frame.start() + EthernetHeader.LENGTH_BYTES;
        int from = network + (v4 ? Ipv4Header.SOURCE : Ipv6Header.SOURCE);
        int protocol = tcp ? IpProtocol.TCP : IpProtocol.UDP;
        return InternetChecksum.sum(frame.bytes(), from, v4 ? 8 : 32, protocol + lengthBytes);
    }

    /** Whether others may follow it in one super-frame, or it them. */
    boolean isJoinable() {
        return joinable && payloadBytes > 0;
    }

    /** Whether a TCP sender wants what it has sent so far to be seen now. */
    boolean isPushed(Frame frame) {
        return tcp && (TcpHeader.flags(frame.bytes(), frame.start() + transport) & TcpHeader.PSH) != 0;
    }

    /** Whether the other's headers lie where these do. */
    boolean isLike(PacketShape other) {
        return v4 == other.v4 && tcp == other.tcp && transport == other.transport && payload == other.payload;
    }

    void copyFrom(PacketShape other) {
        v4 = other.v4;
        tcp = other.tcp;
        transport = other.transport;
        payload = other.payload;
        payloadBytes = other.payloadBytes;
        flowHash = other.flowHash;
        joinable = other.joinable;
    }

    int checksumOffset() {
        return tcp ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM;
    }
}
