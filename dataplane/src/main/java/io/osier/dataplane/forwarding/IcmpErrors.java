package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.ParsedPacket;
import java.nio.ByteBuffer;

/** Turns packets into the ICMP errors that Osier itself sends about them, in place, as a router would (RFC 1812, 4.3). */
final class IcmpErrors {
    /** RFC 1812, section 4.3.2.3: as much of the packet as fits into 576 bytes. */
    private static final int MAX_QUOTED_BYTES = 576 - Ipv4Header.MIN_LENGTH_BYTES - IcmpHeader.LENGTH_BYTES;

    private static final int TTL = 64;

    private IcmpErrors() {}

    /** Whether this packet may be answered with an error at all (RFC 1122, section 3.2.2; IPv4 only so far). */
    static boolean mayAnswer(ParsedPacket packet) {
        return packet.isIpv4()
                && !packet.isLaterFragment()
                && packet.hasPorts()
                && !MacAddress.isGroup(packet.destinationMac())
                && isOneStation((int) packet.sourceLow());
    }

    /** No "this host", loopback, multicast or broadcast. */
    private static boolean isOneStation(int address) {
        int network = address >>> 24;
        return network != 0 && network != 127 && network < 224;
    }

    /**
     * "Port unreachable", addressed back to the packet's sender: what connects there is refused at once. The packet moves
     * back in its frame, to be quoted; what {@code packet} says about it is out of date afterwards.
     *
     * @param from the address that the error comes from
     */
    static void portUnreachable(Frame frame, ParsedPacket packet, int from) {
        ByteBuffer bytes = frame.bytes();
        int ip = packet.networkOffset();
        int icmp = ip + Ipv4Header.MIN_LENGTH_BYTES;
        int quoted = Math.min(packet.networkLengthBytes(), MAX_QUOTED_BYTES);
        int ipLength = Ipv4Header.MIN_LENGTH_BYTES + IcmpHeader.LENGTH_BYTES + quoted;
        bytes.put(icmp + IcmpHeader.LENGTH_BYTES, bytes, ip, quoted);

        bytes.putInt(icmp, (IcmpHeader.V4_UNREACHABLE << 24) | (IcmpHeader.V4_CODE_PORT_UNREACHABLE << 16));
        bytes.putInt(icmp + 4, 0);
        int sum = InternetChecksum.sum(bytes, icmp, IcmpHeader.LENGTH_BYTES + quoted, 0);
        bytes.putShort(icmp + IcmpHeader.CHECKSUM, (short) ~sum);

        Ipv4Header.write(bytes, ip, ipLength, TTL, IpProtocol.ICMP, from, (int) packet.sourceLow());
        long asked = packet.destinationMac();
        packet.setDestinationMac(frame, packet.sourceMac());
        packet.setSourceMac(frame, asked);
        frame.setLength(EthernetHeader.LENGTH_BYTES + ipLength);
        frame.clearOffloads();
    }
}
