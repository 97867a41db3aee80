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

/** Makes the ICMP errors that Osier itself sends, from the gateway's address, as a router would (RFC 1812, section 4.3). */
final class IcmpErrors {
    /** RFC 1812, section 4.3.2.3: as much of the packet as fits into 576 bytes. */
    private static final int MAX_QUOTED_BYTES = 576 - Ipv4Header.MIN_LENGTH_BYTES - IcmpHeader.LENGTH_BYTES;

    private static final int TTL = 64;

    private final Frame error = new Frame();

    /** Whether this packet may be answered with an error at all (RFC 1122, section 3.2.2; IPv4 only so far). */
    static boolean mayAnswer(ParsedPacket packet) {
        return packet.isIpv4()
                && !packet.isLaterFragment()
                && packet.hasPorts()
                && !MacAddress.isGroup(packet.destinationMac());
    }

    /**
     * "Port unreachable" about the packet, addressed back to its sender: what connects to it is refused at once.
     *
     * @return a frame that is good until the next call
     */
    Frame portUnreachable(Frame frame, ParsedPacket packet, int gateway) {
        int quoted = Math.min(packet.networkLengthBytes(), MAX_QUOTED_BYTES);
        int ipLength = Ipv4Header.MIN_LENGTH_BYTES + IcmpHeader.LENGTH_BYTES + quoted;
        error.reset(Frame.HEADROOM_BYTES, EthernetHeader.LENGTH_BYTES + ipLength);
        ByteBuffer bytes = error.bytes();
        int start = error.start();
        EthernetHeader.setDestination(bytes, start, packet.sourceMac());
        EthernetHeader.setSource(bytes, start, packet.destinationMac());
        EthernetHeader.setEtherType(bytes, start, EthernetHeader.TYPE_IPV4);

        int ip = start + EthernetHeader.LENGTH_BYTES;
        Ipv4Header.write(bytes, ip, ipLength, TTL, IpProtocol.ICMP, gateway, (int) packet.sourceLow());

        int icmp = ip + Ipv4Header.MIN_LENGTH_BYTES;
        bytes.putInt(icmp, (IcmpHeader.V4_UNREACHABLE << 24) | (IcmpHeader.V4_CODE_PORT_UNREACHABLE << 16));
        bytes.putInt(icmp + 4, 0);
        bytes.put(icmp + IcmpHeader.LENGTH_BYTES, frame.bytes(), packet.networkOffset(), quoted);
        int sum = InternetChecksum.sum(bytes, icmp, IcmpHeader.LENGTH_BYTES + quoted, 0);
        bytes.putShort(icmp + IcmpHeader.CHECKSUM, (short) ~sum);
        return error;
    }
}
