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

/** Writes the ICMP errors that Osier itself sends about packets, as a router would (RFC 1812, section 4.3). */
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
     * Writes "port unreachable", addressed back to the packet's sender: what connects there is refused at once.
     *
     * @param from the address that the error comes from
     * @param error is overwritten
     */
    static void portUnreachable(Frame frame, ParsedPacket packet, int from, Frame error) {
        write(frame, packet, IcmpHeader.V4_CODE_PORT_UNREACHABLE, 0, from, error);
    }

    private static void write(Frame frame, ParsedPacket packet, int code, int rest, int from, Frame error) {
        int quoted = Math.min(packet.networkEnd() - packet.networkOffset(), MAX_QUOTED_BYTES);
        int ipLength = Ipv4Header.MIN_LENGTH_BYTES + IcmpHeader.LENGTH_BYTES + quoted;
        error.reset(Frame.HEADROOM_BYTES, EthernetHeader.LENGTH_BYTES + ipLength);
        ByteBuffer bytes = error.bytes();
        int ethernet = error.start();
        EthernetHeader.setDestination(bytes, ethernet, packet.sourceMac());
        EthernetHeader.setSource(bytes, ethernet, packet.destinationMac());
        EthernetHeader.setEtherType(bytes, ethernet, EthernetHeader.TYPE_IPV4);

        int ip = ethernet + EthernetHeader.LENGTH_BYTES;
        Ipv4Header.write(bytes, ip, ipLength, TTL, IpProtocol.ICMP, from, (int) packet.sourceLow());

        int icmp = ip + Ipv4Header.MIN_LENGTH_BYTES;
        bytes.putInt(icmp, (IcmpHeader.V4_UNREACHABLE << 24) | (code << 16));
        bytes.putInt(icmp + 4, rest);
        bytes.put(icmp + IcmpHeader.LENGTH_BYTES, frame.bytes(), packet.networkOffset(), quoted);
        int sum = InternetChecksum.sum(bytes, icmp, IcmpHeader.LENGTH_BYTES + quoted, 0);
        bytes.putShort(icmp + IcmpHeader.CHECKSUM, (short) ~sum);
    }
}
