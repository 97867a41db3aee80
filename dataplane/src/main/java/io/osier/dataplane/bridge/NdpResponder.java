package io.osier.dataplane.bridge;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.NeighborMessage;
import io.osier.dataplane.packet.ParsedPacket;
import java.nio.ByteBuffer;

/**
 * Reads neighbour solicitations and turns them into advertisements, in place ({@link NeighborMessage}).
 */
public final class NdpResponder {
    /** The upper half of a link-local address. */
    public static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;

    private static final int SOLICITED_AND_OVERRIDE = 0x6000_0000;

    private NdpResponder() {}

    /** Whether the packet is a valid solicitation (RFC 4861, section 7.1.1). */
    public static boolean isSolicitation(Frame frame, ParsedPacket packet) {
        return packet.isIpv6()
                && packet.isIcmp()
                && packet.icmpType() == IcmpHeader.V6_NEIGHBOR_SOLICITATION
                && packet.networkEnd() - packet.transportOffset() >= NeighborMessage.OPTION
                && packet.transportOffset() == packet.networkOffset() + Ipv6Header.LENGTH_BYTES
                && Ipv6Header.hopLimit(frame.bytes(), packet.networkOffset()) == NeighborMessage.HOP_LIMIT;
    }

    /** Whether the packet tells who has an address, unasked or not (RFC 4861, section 4.4). */
    public static boolean isAdvertisement(ParsedPacket packet) {
        return packet.isIpv6()
                && packet.isIcmp()
                && packet.icmpType() == IcmpHeader.V6_NEIGHBOR_ADVERTISEMENT
                && packet.networkEnd() - packet.transportOffset() >= NeighborMessage.OPTION;
    }

    /**
     * Whether the answer fits where the question is. One without the asker's MAC address is shorter than its answer, and what
     * came by a tunnel has no room to grow.
     */
    public static boolean hasRoom(Frame frame, ParsedPacket packet) {
        return !frame.isView() || packet.networkEnd() - packet.transportOffset() >= NeighborMessage.LENGTH_BYTES;
    }

    /** Whether the asker only checks that nobody else has the address (RFC 4862, section 5.4.2). */
    public static boolean isDuplicateAddressDetection(ParsedPacket packet) {
        return packet.sourceHigh() == 0 && packet.sourceLow() == 0;
    }

    public static long targetHigh(Frame frame, ParsedPacket packet) {
        return frame.bytes().getLong(packet.transportOffset() + NeighborMessage.TARGET);
    }

    public static long targetLow(Frame frame, ParsedPacket packet) {
        return frame.bytes().getLong(packet.transportOffset() + NeighborMessage.TARGET + 8);
    }

    /**
     * The MAC address that a link-local address was made from by EUI-64 (RFC 4291, appendix A), or 0 if it was not made from
     * a pod's.
     */
    public static long podMacOfLinkLocal(long high, long low) {
        if (high != LINK_LOCAL_HIGH || (low & 0xff_ff00_0000L) != 0xff_fe00_0000L) {
            return 0;
        }
        long mac = ((low >>> 16) & 0xffff_ff00_0000L) | (low & 0xff_ffffL);
        long universalBitFlipped = mac ^ 0x0200_0000_0000L;
        return MacAddress.isPod(universalBitFlipped) ? universalBitFlipped : 0;
    }

    /** The lower half of the link-local address that is made from a MAC address. */
    public static long linkLocalLow(long mac) {
        long flipped = mac ^ 0x0200_0000_0000L;
        return (flipped & 0xffff_ff00_0000L) << 16 | 0xff_fe00_0000L | (flipped & 0xff_ffffL);
    }

    /** The link-local address that is made from a MAC address. */
    public static IpAddress linkLocalOf(long mac) {
        return new IpAddress(LINK_LOCAL_HIGH, linkLocalLow(mac));
    }

    /** Answers the solicitation in the frame: {@code mac} has the target address. */
    public static void reply(Frame frame, ParsedPacket packet, long mac) {
        ByteBuffer bytes = frame.bytes();
        long targetHigh = targetHigh(frame, packet);
        long targetLow = targetLow(frame, packet);
        int ip = packet.networkOffset();
        int icmp = packet.transportOffset();
        Ipv6Header.write(
                bytes,
                ip,
                NeighborMessage.LENGTH_BYTES,
                IpProtocol.ICMPV6,
                NeighborMessage.HOP_LIMIT,
                targetHigh,
                targetLow,
                packet.sourceHigh(),
                packet.sourceLow());
        bytes.putInt(icmp, IcmpHeader.V6_NEIGHBOR_ADVERTISEMENT << 24);
        bytes.putInt(icmp + 4, SOLICITED_AND_OVERRIDE);
        bytes.putLong(icmp + NeighborMessage.OPTION, NeighborMessage.TARGET_LINK_LAYER_ADDRESS | mac);
        int pseudoHeader = InternetChecksum.pseudoHeader(
                targetHigh,
                targetLow,
                packet.sourceHigh(),
                packet.sourceLow(),
                IpProtocol.ICMPV6,
                NeighborMessage.LENGTH_BYTES);
        int sum = InternetChecksum.sum(bytes, icmp, NeighborMessage.LENGTH_BYTES, pseudoHeader);
        bytes.putShort(icmp + IcmpHeader.CHECKSUM, (short) ~sum);
        frame.setLength(icmp + NeighborMessage.LENGTH_BYTES - frame.start());
        frame.clearOffloads();
        packet.setDestinationMac(frame, packet.sourceMac());
        packet.setSourceMac(frame, mac);
    }
}
