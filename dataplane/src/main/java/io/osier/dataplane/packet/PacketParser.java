package io.osier.dataplane.packet;

import static io.osier.dataplane.packet.DropReason.FRAME_TOO_SHORT;
import static io.osier.dataplane.packet.DropReason.MALFORMED_ARP;
import static io.osier.dataplane.packet.DropReason.MALFORMED_IPV4;
import static io.osier.dataplane.packet.DropReason.MALFORMED_IPV6;
import static io.osier.dataplane.packet.DropReason.MALFORMED_TRANSPORT;
import static io.osier.dataplane.packet.DropReason.MAPPED_ADDRESS;
import static io.osier.dataplane.packet.DropReason.VLAN_TAGGED;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a frame's headers once, from Ethernet to the ports, and checks every length on the way, so that whoever comes later
 * can read fields without looking at lengths again. Types that are not IP or ARP are no error: they are switched by their
 * MAC addresses.
 */
public final class PacketParser {
    private static final int MAX_EXTENSION_HEADERS = 8;
    /** SCTP's common header (RFC 9260, section 3.1). */
    private static final int SCTP_HEADER_BYTES = 12;

    /**
     * Parses the frame into {@code packet}.
     *
     * @return null, or why the frame cannot be forwarded
     */
    public @Nullable DropReason parse(Frame frame, ParsedPacket packet) {
        packet.ipVersion = 0;
        packet.embedded = false;
        if (frame.length() < EthernetHeader.LENGTH_BYTES) {
            return FRAME_TOO_SHORT;
        }
        ByteBuffer bytes = frame.bytes();
        int start = frame.start();
        packet.destinationMac = EthernetHeader.destination(bytes, start);
        packet.sourceMac = EthernetHeader.source(bytes, start);
        packet.etherType = EthernetHeader.etherType(bytes, start);
        packet.networkOffset = start + EthernetHeader.LENGTH_BYTES;
        return switch (packet.etherType) {
            case EthernetHeader.TYPE_IPV4 -> parseIpv4(frame, packet);
            case EthernetHeader.TYPE_IPV6 -> parseIpv6(frame, packet);
            case EthernetHeader.TYPE_ARP -> checkArp(frame, packet.networkOffset);
            case EthernetHeader.TYPE_VLAN, EthernetHeader.TYPE_SERVICE_VLAN, EthernetHeader.TYPE_OLD_SERVICE_VLAN ->
                VLAN_TAGGED; // Linux takes what has a tag of VLAN 0 for untagged, and nobody would have looked into it
            default -> null;
        };
    }

    private static @Nullable DropReason checkArp(Frame frame, int offset) {
        boolean whole = frame.end() - offset >= ArpHeader.LENGTH_BYTES;
        return whole && ArpHeader.isIpv4OverEthernet(frame.bytes(), offset) ? null : MALFORMED_ARP;
    }

    private static @Nullable DropReason parseIpv4(Frame frame, ParsedPacket packet) {
        ByteBuffer bytes = frame.bytes();
        int offset = packet.networkOffset;
        int available = frame.end() - offset;
        if (available < Ipv4Header.MIN_LENGTH_BYTES || Ipv4Header.version(bytes, offset) != 4) {
            return MALFORMED_IPV4;
        }
        int headerLength = Ipv4Header.headerLengthBytes(bytes, offset);
        int totalLength = Ipv4Header.totalLengthBytes(bytes, offset);
        if (headerLength < Ipv4Header.MIN_LENGTH_BYTES
                || headerLength > available
                || totalLength < headerLength
                || totalLength > available + frame.tail().lengthBytes()) {
            return MALFORMED_IPV4;
        }
        packet.ipVersion = 4;
        packet.protocol = Ipv4Header.protocol(bytes, offset);
        packet.sourceHigh = 0;
        packet.sourceLow = IpAddress.mapped(Ipv4Header.source(bytes, offset));
        packet.destinationHigh = 0;
        packet.destinationLow = IpAddress.mapped(Ipv4Header.destination(bytes, offset));
        packet.fragment = Ipv4Header.isFragment(bytes, offset);
        packet.laterFragment = Ipv4Header.fragmentOffset(bytes, offset) != 0;
        packet.fragmentId = Ipv4Header.identification(bytes, offset);
        packet.transportOffset = offset + headerLength;
        packet.networkLength = totalLength;
        packet.networkEnd = offset + Math.min(totalLength, available);
        return parseTransport(bytes, packet);
    }

    private static @Nullable DropReason parseIpv6(Frame frame, ParsedPacket packet) {
        ByteBuffer bytes = frame.bytes();
        int offset = packet.networkOffset;
        int available = frame.end() - offset;
        if (available < Ipv6Header.LENGTH_BYTES || bytes.get(offset) >>> 4 != 6) {
            return MALFORMED_IPV6;
        }
        int totalLength = Ipv6Header.LENGTH_BYTES + Ipv6Header.payloadLengthBytes(bytes, offset);
        if (totalLength > available + frame.tail().lengthBytes()) {
            return MALFORMED_IPV6;
        }
        packet.ipVersion = 6;
        packet.sourceHigh = Ipv6Header.sourceHigh(bytes, offset);
        packet.sourceLow = Ipv6Header.sourceLow(bytes, offset);
        packet.destinationHigh = Ipv6Header.destinationHigh(bytes, offset);
        packet.destinationLow = Ipv6Header.destinationLow(bytes, offset);
        if (IpAddress.isV4(packet.sourceHigh, packet.sourceLow)
                || IpAddress.isV4(packet.destinationHigh, packet.destinationLow)) {
            return MAPPED_ADDRESS; // to all tables it would be the IPv4 address
        }
        packet.fragment = false;
        packet.laterFragment = false;
        packet.networkLength = totalLength;
        packet.networkEnd = offset + Math.min(totalLength, available);
        return skipExtensionHeaders(bytes, packet) ? parseTransport(bytes, packet) : MALFORMED_IPV6;
    }

    /** Walks RFC 8200's chain to the transport header; false if it is cut short or unreasonably long. */
    private static boolean skipExtensionHeaders(ByteBuffer bytes, ParsedPacket packet) {
        int next = Ipv6Header.nextHeader(bytes, packet.networkOffset);
        int at = packet.networkOffset + Ipv6Header.LENGTH_BYTES;
        for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
            boolean options = next == IpProtocol.HOP_BY_HOP
                    || next == IpProtocol.ROUTING
                    || next == IpProtocol.DESTINATION_OPTIONS;
            if ((!options && next != IpProtocol.FRAGMENT) || packet.laterFragment) {
                packet.protocol = next;
                packet.transportOffset = at;
                return true;
            }
            if (at + 8 > packet.networkEnd) {
                return false;
            }
            int lengthBytes = options ? ((bytes.get(at + 1) & 0xff) + 1) * 8 : 8;
            if (next == IpProtocol.FRAGMENT) {
                int offsetAndFlags = bytes.getShort(at + 2) & 0xffff;
                packet.fragment = (offsetAndFlags & 0xfff9) != 0;
                packet.laterFragment = offsetAndFlags >>> 3 != 0;
                packet.fragmentId = bytes.getInt(at + 4);
            }
            next = bytes.get(at) & 0xff;
            at += lengthBytes;
            if (at > packet.networkEnd) {
                return false;
            }
        }
        return false;
    }

    private static @Nullable DropReason parseTransport(ByteBuffer bytes, ParsedPacket packet) {
        packet.sourcePort = 0;
        packet.destinationPort = 0;
        packet.tcpFlags = 0;
        packet.sctpChunkType = -1;
        packet.icmpType = 0;
        if (packet.laterFragment) {
            return null;
        }
        int offset = packet.transportOffset;
        int available = packet.networkEnd - offset;
        if (packet.hasPorts()) {
            if (available < minTransportLengthBytes(packet.protocol)) {
                return MALFORMED_TRANSPORT;
            }
            packet.sourcePort = UdpHeader.sourcePort(bytes, offset);
            packet.destinationPort = UdpHeader.destinationPort(bytes, offset);
            if (packet.protocol == IpProtocol.TCP) {
                packet.tcpFlags = TcpHeader.flags(bytes, offset);
            } else if (packet.protocol == IpProtocol.SCTP && available > SCTP_HEADER_BYTES) {
                packet.sctpChunkType = bytes.get(offset + SCTP_HEADER_BYTES) & 0xff;
            }
        } else if (packet.isIcmp()) {
            if (available < IcmpHeader.LENGTH_BYTES) {
                return MALFORMED_TRANSPORT;
            }
            packet.icmpType = IcmpHeader.type(bytes, offset);
            if (IcmpHeader.isEcho(packet.icmpType, packet.ipVersion == 4)) {
                packet.sourcePort = IcmpHeader.echoIdentifier(bytes, offset);
                packet.destinationPort = packet.sourcePort;
            }
            findEmbedded(bytes, packet);
        }
        return null;
    }

    private static int minTransportLengthBytes(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> TcpHeader.MIN_LENGTH_BYTES;
            case IpProtocol.UDP -> UdpHeader.LENGTH_BYTES;
            default -> SCTP_HEADER_BYTES;
        };
    }

    private static void findEmbedded(ByteBuffer bytes, ParsedPacket packet) {
        int inner = packet.transportOffset + IcmpHeader.LENGTH_BYTES;
        if (packet.ipVersion == 4 && IcmpHeader.isV4Error(packet.icmpType)) {
            findEmbeddedIpv4(bytes, packet, inner);
        } else if (packet.ipVersion == 6 && IcmpHeader.isV6Error(packet.icmpType)) {
            findEmbeddedIpv6(bytes, packet, inner);
        }
    }

    private static void findEmbeddedIpv4(ByteBuffer bytes, ParsedPacket packet, int inner) {
        if (packet.networkEnd - inner < Ipv4Header.MIN_LENGTH_BYTES
                || Ipv4Header.version(bytes, inner) != 4
                || Ipv4Header.fragmentOffset(bytes, inner) != 0) {
            return;
        }
        int headerLength = Ipv4Header.headerLengthBytes(bytes, inner);
        if (headerLength < Ipv4Header.MIN_LENGTH_BYTES) {
            return;
        }
        packet.embeddedProtocol = Ipv4Header.protocol(bytes, inner);
        packet.embeddedSourceHigh = 0;
        packet.embeddedSourceLow = IpAddress.mapped(Ipv4Header.source(bytes, inner));
        packet.embeddedDestinationHigh = 0;
        packet.embeddedDestinationLow = IpAddress.mapped(Ipv4Header.destination(bytes, inner));
        findEmbeddedPorts(bytes, packet, inner, inner + headerLength);
    }

    private static void findEmbeddedIpv6(ByteBuffer bytes, ParsedPacket packet, int inner) {
        if (packet.networkEnd - inner < Ipv6Header.LENGTH_BYTES || bytes.get(inner) >>> 4 != 6) {
            return;
        }
        packet.embeddedProtocol = Ipv6Header.nextHeader(bytes, inner);
        packet.embeddedSourceHigh = Ipv6Header.sourceHigh(bytes, inner);
        packet.embeddedSourceLow = Ipv6Header.sourceLow(bytes, inner);
        packet.embeddedDestinationHigh = Ipv6Header.destinationHigh(bytes, inner);
        packet.embeddedDestinationLow = Ipv6Header.destinationLow(bytes, inner);
        boolean mapped = IpAddress.isV4(packet.embeddedSourceHigh, packet.embeddedSourceLow)
                || IpAddress.isV4(packet.embeddedDestinationHigh, packet.embeddedDestinationLow);
        if (!mapped) {
            findEmbeddedPorts(bytes, packet, inner, inner + Ipv6Header.LENGTH_BYTES);
        }
    }

    /** RFC 792 promises eight bytes of the transport header: the ports, and UDP's checksum but not TCP's. */
    private static void findEmbeddedPorts(ByteBuffer bytes, ParsedPacket packet, int inner, int transport) {
        if (packet.networkEnd - transport < 8) {
            return;
        }
        boolean v4 = packet.ipVersion == 4;
        boolean echo =
                packet.embeddedProtocol == packet.protocol && IcmpHeader.isEcho(IcmpHeader.type(bytes, transport), v4);
        if (!echo && !IpProtocol.hasPorts(packet.embeddedProtocol)) {
            return;
        }
        packet.embedded = true;
        packet.embeddedOffset = inner;
        packet.embeddedTransportOffset = transport;
        packet.embeddedSourcePort =
                echo ? IcmpHeader.echoIdentifier(bytes, transport) : UdpHeader.sourcePort(bytes, transport);
        packet.embeddedDestinationPort = echo ? packet.embeddedSourcePort : UdpHeader.destinationPort(bytes, transport);
    }
}
