package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.ParsedPacket;
import java.nio.ByteBuffer;

/** Writes the ICMP errors that Osier itself sends about packets, as a router would (RFC 1812, section 4.3; RFC 4443). */
final class IcmpErrors {
    /** RFC 1812, section 4.3.2.3: as much of the packet as fits into 576 bytes. */
    private static final int MAX_V4_QUOTED_BYTES = 576 - Ipv4Header.MIN_LENGTH_BYTES - IcmpHeader.LENGTH_BYTES;

    /** RFC 4443, section 2.4 (c): as much of the packet as fits into the least MTU. */
    private static final int MAX_V6_QUOTED_BYTES = 1_280 - Ipv6Header.LENGTH_BYTES - IcmpHeader.LENGTH_BYTES;

    private static final int TTL = 64;

    private IcmpErrors() {}

    /** Whether this packet may be answered with an error at all (RFC 1122, section 3.2.2; RFC 4443, section 2.4 (e)). */
    static boolean mayAnswer(ParsedPacket packet) {
        if (MacAddress.isGroup(packet.destinationMac()) || packet.isLaterFragment()) {
            return false;
        }
        if (packet.isIpv4()) {
            boolean error = packet.isIcmp() && IcmpHeader.isV4Error(packet.icmpType());
            return !error && isOneStation((int) packet.sourceLow());
        }
        boolean error = packet.isIcmp()
                && (IcmpHeader.isV6Error(packet.icmpType()) || packet.icmpType() == IcmpHeader.V6_REDIRECT);
        boolean multicast = packet.sourceHigh() >>> 56 == 0xff;
        boolean unspecified = packet.sourceHigh() == 0 && packet.sourceLow() == 0;
        return !error && !multicast && !unspecified;
    }

    /** No "this host", loopback, multicast or broadcast. */
    private static boolean isOneStation(int address) {
        int network = address >>> 24;
        return network != 0 && network != 127 && network < 224;
    }

    /**
     * Writes "port unreachable", addressed back to the packet's sender: what connects there is refused at once.
     *
     * @param high the upper half of the address that the error comes from, of the packet's family
     * @param low its lower half
     * @param error is overwritten
     */
    static void portUnreachable(Frame frame, ParsedPacket packet, long high, long low, Frame error) {
        long fromMac = packet.destinationMac();
        if (packet.isIpv4()) {
            writeV4(frame, packet, IcmpHeader.V4_CODE_PORT_UNREACHABLE, 0, (int) low, fromMac, error);
        } else {
            int typeAndCode = IcmpHeader.V6_UNREACHABLE << 24 | IcmpHeader.V6_CODE_PORT_UNREACHABLE << 16;
            writeV6(frame, packet, typeAndCode, 0, high, low, fromMac, error);
        }
    }

    /**
     * Writes "fragmentation needed and DF set" (RFC 1191, section 4) or "packet too big" (RFC 4443, section 3.2), addressed
     * back to the packet's sender.
     *
     * @param mtuBytes the longest IP packet that would fit
     * @param high the upper half of the address that the error comes from, of the packet's family
     * @param low its lower half
     * @param error is overwritten
     */
    static void tooBig(Frame frame, ParsedPacket packet, int mtuBytes, long high, long low, long fromMac, Frame error) {
        if (packet.isIpv4()) {
            int nextHopBytes = Math.min(mtuBytes, 0xffff);
            int code = IcmpHeader.V4_CODE_FRAGMENTATION_NEEDED;
            writeV4(frame, packet, code, nextHopBytes, (int) low, fromMac, error);
        } else {
            writeV6(frame, packet, IcmpHeader.V6_PACKET_TOO_BIG << 24, mtuBytes, high, low, fromMac, error);
        }
    }

    private static void writeV6(
            Frame frame,
            ParsedPacket packet,
            int typeAndCode,
            int rest,
            long high,
            long low,
            long fromMac,
            Frame error) {
        int quoted = Math.min(packet.networkEnd() - packet.networkOffset(), MAX_V6_QUOTED_BYTES);
        int ipPayload = IcmpHeader.LENGTH_BYTES + quoted;
        int ip = writeEthernet(packet, EthernetHeader.TYPE_IPV6, fromMac, Ipv6Header.LENGTH_BYTES + ipPayload, error);
        ByteBuffer bytes = error.bytes();
        long toHigh = packet.sourceHigh();
        long toLow = packet.sourceLow();
        Ipv6Header.write(bytes, ip, ipPayload, IpProtocol.ICMPV6, TTL, high, low, toHigh, toLow);
        int pseudo = InternetChecksum.pseudoHeader(high, low, toHigh, toLow, IpProtocol.ICMPV6, ipPayload);
        int icmp = ip + Ipv6Header.LENGTH_BYTES;
        writeIcmp(frame, packet, typeAndCode, rest, quoted, pseudo, bytes, icmp);
    }

    private static void writeV4(
            Frame frame, ParsedPacket packet, int code, int rest, int from, long fromMac, Frame error) {
        int quoted = Math.min(packet.networkEnd() - packet.networkOffset(), MAX_V4_QUOTED_BYTES);
        int ipLength = Ipv4Header.MIN_LENGTH_BYTES + IcmpHeader.LENGTH_BYTES + quoted;
        int ip = writeEthernet(packet, EthernetHeader.TYPE_IPV4, fromMac, ipLength, error);
        ByteBuffer bytes = error.bytes();
        Ipv4Header.write(bytes, ip, ipLength, TTL, IpProtocol.ICMP, from, (int) packet.sourceLow());
        int icmp = ip + Ipv4Header.MIN_LENGTH_BYTES;
        writeIcmp(frame, packet, IcmpHeader.V4_UNREACHABLE << 24 | code << 16, rest, quoted, 0, bytes, icmp);
    }

    /** Begins the error with its Ethernet header; returns where the IP header goes. */
    private static int writeEthernet(ParsedPacket packet, int type, long fromMac, int ipLength, Frame error) {
        error.reset(Frame.HEADROOM_BYTES, EthernetHeader.LENGTH_BYTES + ipLength);
        ByteBuffer bytes = error.bytes();
        int ethernet = error.start();
        EthernetHeader.setDestination(bytes, ethernet, packet.sourceMac());
        EthernetHeader.setSource(bytes, ethernet, fromMac);
        EthernetHeader.setEtherType(bytes, ethernet, type);
        return ethernet + EthernetHeader.LENGTH_BYTES;
    }

    private static void writeIcmp(
            Frame frame,
            ParsedPacket packet,
            int typeAndCode,
            int rest,
            int quoted,
            int pseudoHeader,
            ByteBuffer bytes,
            int icmp) {
        bytes.putInt(icmp, typeAndCode);
        bytes.putInt(icmp + 4, rest);
        bytes.put(icmp + IcmpHeader.LENGTH_BYTES, frame.bytes(), packet.networkOffset(), quoted);
        int sum = InternetChecksum.sum(bytes, icmp, IcmpHeader.LENGTH_BYTES + quoted, pseudoHeader);
        bytes.putShort(icmp + IcmpHeader.CHECKSUM, (short) ~InternetChecksum.fold(sum));
    }
}
