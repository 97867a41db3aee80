package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/** Writes packets from their first byte, into a frame that they fill. Checksums of TCP and UDP are the caller's. */
public final class PacketDraft {
    private static final int TTL = 64;

    private PacketDraft() {}

    /** Writes an Ethernet header; returns where its payload begins. */
    public static int ethernet(Frame frame, long destination, long source, int etherType, int payloadBytes) {
        frame.reset(Frame.HEADROOM_BYTES, EthernetHeader.LENGTH_BYTES + payloadBytes);
        EthernetHeader.setDestination(frame.bytes(), frame.start(), destination);
        EthernetHeader.setSource(frame.bytes(), frame.start(), source);
        EthernetHeader.setEtherType(frame.bytes(), frame.start(), etherType);
        return frame.start() + EthernetHeader.LENGTH_BYTES;
    }

    /** Writes an Ethernet and an IPv4 header; returns where the transport header begins. */
    public static int ipv4(
            Frame frame, long toMac, long fromMac, int protocol, IpAddress from, IpAddress to, int transportBytes) {
        int at =
                ethernet(frame, toMac, fromMac, EthernetHeader.TYPE_IPV4, Ipv4Header.MIN_LENGTH_BYTES + transportBytes);
        int totalBytes = Ipv4Header.MIN_LENGTH_BYTES + transportBytes;
        Ipv4Header.write(frame.bytes(), at, totalBytes, TTL, protocol, from.v4Bits(), to.v4Bits());
        return at + Ipv4Header.MIN_LENGTH_BYTES;
    }

    /** Writes an Ethernet and an IPv6 header; returns where the transport header begins. */
    public static int ipv6(
            Frame frame, long toMac, long fromMac, int protocol, IpAddress from, IpAddress to, int transportBytes) {
        return ipv6(frame, toMac, fromMac, protocol, TTL, from, to, transportBytes);
    }

    private static int ipv6(
            Frame frame,
            long toMac,
            long fromMac,
            int protocol,
            int hopLimit,
            IpAddress from,
            IpAddress to,
            int transportBytes) {
        int at = ethernet(frame, toMac, fromMac, EthernetHeader.TYPE_IPV6, Ipv6Header.LENGTH_BYTES + transportBytes);
        Ipv6Header.write(
                frame.bytes(), at, transportBytes, protocol, hopLimit, from.high(), from.low(), to.high(), to.low());
        return at + Ipv6Header.LENGTH_BYTES;
    }

    /** Writes a neighbour solicitation for an address of the segment, complete. */
    public static void neighborSolicitation(Frame frame, long fromMac, IpAddress from, IpAddress target) {
        IpAddress group = NeighborMessage.solicitedNode(target);
        int at = ipv6(
                frame,
                NeighborMessage.macOfGroup(group),
                fromMac,
                IpProtocol.ICMPV6,
                NeighborMessage.HOP_LIMIT,
                from,
                group,
                NeighborMessage.LENGTH_BYTES);
        ByteBuffer bytes = frame.bytes();
        bytes.putLong(at, (long) IcmpHeader.V6_NEIGHBOR_SOLICITATION << 56);
        bytes.putLong(at + NeighborMessage.TARGET, target.high());
        bytes.putLong(at + NeighborMessage.TARGET + Long.BYTES, target.low());
        bytes.putLong(at + NeighborMessage.OPTION, NeighborMessage.SOURCE_LINK_LAYER_ADDRESS | fromMac);
        completeIcmpv6(bytes, at, from, group, NeighborMessage.LENGTH_BYTES);
    }

    /** Writes an ICMPv6 echo request without data, complete. */
    public static void icmpv6EchoRequest(Frame frame, long toMac, long fromMac, IpAddress from, IpAddress to) {
        int at = ipv6(frame, toMac, fromMac, IpProtocol.ICMPV6, from, to, IcmpHeader.LENGTH_BYTES);
        frame.bytes().putLong(at, (long) IcmpHeader.V6_ECHO_REQUEST << 56);
        completeIcmpv6(frame.bytes(), at, from, to, IcmpHeader.LENGTH_BYTES);
    }

    private static void completeIcmpv6(ByteBuffer bytes, int at, IpAddress from, IpAddress to, int lengthBytes) {
        int pseudoHeader = InternetChecksum.pseudoHeader(
                from.high(), from.low(), to.high(), to.low(), IpProtocol.ICMPV6, lengthBytes);
        TransportChecksum.put(
                bytes,
                at + IcmpHeader.CHECKSUM,
                IcmpHeader.CHECKSUM,
                InternetChecksum.sum(bytes, at, lengthBytes, pseudoHeader));
    }

    /** Writes a broadcast ARP request. */
    public static void arpRequest(Frame frame, long fromMac, IpAddress from, IpAddress target) {
        int at = ethernet(frame, MacAddress.BROADCAST, fromMac, EthernetHeader.TYPE_ARP, ArpHeader.LENGTH_BYTES);
        ArpHeader.write(frame.bytes(), at, ArpHeader.REQUEST, fromMac, from.v4Bits(), 0, target.v4Bits());
    }

    /** Writes an ICMP echo request or reply without data, complete. */
    public static void icmpEcho(Frame frame, long toMac, long fromMac, IpAddress from, IpAddress to, int type) {
        int at = ipv4(frame, toMac, fromMac, IpProtocol.ICMP, from, to, IcmpHeader.LENGTH_BYTES);
        ByteBuffer bytes = frame.bytes();
        bytes.putLong(at, (long) type << 56);
        TransportChecksum.put(
                bytes,
                at + IcmpHeader.CHECKSUM,
                IcmpHeader.CHECKSUM,
                InternetChecksum.sum(bytes, at, IcmpHeader.LENGTH_BYTES, 0));
    }
}
