package io.osier.dataplane.service;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.SctpChecksum;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.UdpHeader;
import java.nio.ByteBuffer;

/**
 * Rewrites an address and port of a packet in place and mends its checksums by the difference (RFC 1624), so that a packet
 * that came damaged stays recognizably damaged. Payload bytes are not read, except for SCTP, whose CRC32c has no such
 * shortcut (RFC 9260, appendix A); so an SCTP packet has to be whole.
 */
public final class Translation {
    private static final int NO_FIELD = -1;

    private Translation() {}

    /** Makes the packet come from this address and, unless it is a later fragment or ICMP, this port. */
    public static void rewriteSource(Frame frame, ParsedPacket packet, long high, long low, int port) {
        rewrite(frame, packet, packet.sourceHigh(), packet.sourceLow(), true, high, low, port);
    }

    /** Makes the packet go to this address and, unless it is a later fragment or ICMP, this port. */
    public static void rewriteDestination(Frame frame, ParsedPacket packet, long high, long low, int port) {
        rewrite(frame, packet, packet.destinationHigh(), packet.destinationLow(), false, high, low, port);
    }

    private static void rewrite(
            Frame frame,
            ParsedPacket packet,
            long oldHigh,
            long oldLow,
            boolean source,
            long newHigh,
            long newLow,
            int newPort) {
        ByteBuffer bytes = frame.bytes();
        int removed = InternetChecksum.sumOfAddress(oldHigh, oldLow);
        int added = InternetChecksum.sumOfAddress(newHigh, newLow);
        writeAddress(bytes, packet.networkOffset(), packet.isIpv4(), source, newHigh, newLow);
        if (packet.isIpv4()) {
            InternetChecksum.update(bytes, packet.networkOffset() + Ipv4Header.CHECKSUM, removed, added);
        }
        if (packet.isLaterFragment()) {
            return;
        }
        // A partial checksum covers the pseudo-header alone; the port is in what the completer will still add.
        boolean partial = frame.hasPartialChecksum();
        if (packet.hasPorts()) {
            int field = packet.transportOffset() + (source ? UdpHeader.SOURCE_PORT : UdpHeader.DESTINATION_PORT);
            int oldPort = bytes.getShort(field) & 0xffff;
            if (packet.protocol() == IpProtocol.SCTP) {
                rewriteSctpPort(bytes, packet, field, newPort);
                return;
            }
            bytes.putShort(field, (short) newPort);
            if (!partial) {
                removed += oldPort;
                added += newPort;
            }
        }
        int checksum = checksumField(bytes, packet.isIpv6(), packet.protocol(), packet.transportOffset());
        if (checksum != NO_FIELD) {
            updateTransport(bytes, checksum, packet.protocol(), partial, removed, added);
        }
    }

    private static void rewriteSctpPort(ByteBuffer bytes, ParsedPacket packet, int field, int newPort) {
        int before = SctpChecksum.compute(bytes, packet.transportOffset(), packet.networkEnd());
        bytes.putShort(field, (short) newPort);
        SctpChecksum.update(bytes, packet.transportOffset(), packet.networkEnd(), before);
    }

    /** Rewrites the source of the packet inside an ICMP error. */
    public static void rewriteEmbeddedSource(Frame frame, ParsedPacket packet, long high, long low, int port) {
        rewriteEmbedded(frame, packet, packet.embeddedSourceHigh(), packet.embeddedSourceLow(), true, high, low, port);
    }

    /** Rewrites the destination of the packet inside an ICMP error. */
    public static void rewriteEmbeddedDestination(Frame frame, ParsedPacket packet, long high, long low, int port) {
        rewriteEmbedded(
                frame,
                packet,
                packet.embeddedDestinationHigh(),
                packet.embeddedDestinationLow(),
                false,
                high,
                low,
                port);
    }

    private static void rewriteEmbedded(
            Frame frame,
            ParsedPacket packet,
            long oldHigh,
            long oldLow,
            boolean source,
            long newHigh,
            long newLow,
            int newPort) {
        ByteBuffer bytes = frame.bytes();
        int inner = packet.embeddedOffset();
        int transport = packet.embeddedTransportOffset();
        // Everything that changes lies in here; the length is even, as the sums of 16-bit words want it.
        int covered = Math.min((packet.networkEnd() - inner) & ~1, transport + TcpHeader.MIN_LENGTH_BYTES - inner);
        int before = InternetChecksum.sum(bytes, inner, covered, 0);

        int removed = InternetChecksum.sumOfAddress(oldHigh, oldLow);
        int added = InternetChecksum.sumOfAddress(newHigh, newLow);
        writeAddress(bytes, inner, packet.isIpv4(), source, newHigh, newLow);
        if (packet.isIpv4()) {
            InternetChecksum.update(bytes, inner + Ipv4Header.CHECKSUM, removed, added);
        }
        int portField = transport + (source ? UdpHeader.SOURCE_PORT : UdpHeader.DESTINATION_PORT);
        removed += bytes.getShort(portField) & 0xffff;
        added += newPort;
        bytes.putShort(portField, (short) newPort);
        int checksum = checksumField(bytes, packet.isIpv6(), packet.embeddedProtocol(), transport);
        if (checksum != NO_FIELD && checksum + 2 <= inner + covered) {
            updateTransport(bytes, checksum, packet.embeddedProtocol(), false, removed, added);
        }

        int after = InternetChecksum.sum(bytes, inner, covered, 0);
        InternetChecksum.update(bytes, packet.transportOffset() + IcmpHeader.CHECKSUM, before, after);
    }

    private static void writeAddress(
            ByteBuffer bytes, int networkOffset, boolean v4, boolean source, long high, long low) {
        if (v4) {
            bytes.putInt(networkOffset + (source ? Ipv4Header.SOURCE : Ipv4Header.DESTINATION), (int) low);
        } else if (source) {
            Ipv6Header.setSource(bytes, networkOffset, high, low);
        } else {
            Ipv6Header.setDestination(bytes, networkOffset, high, low);
        }
    }

    /** Where the checksum lies that covers the addresses; {@link #NO_FIELD} if there is none. */
    private static int checksumField(ByteBuffer bytes, boolean v6, int protocol, int transport) {
        return switch (protocol) {
            case IpProtocol.TCP -> transport + TcpHeader.CHECKSUM;
            // An IPv4 sender may leave UDP's checksum out, as zero.
            case IpProtocol.UDP ->
                bytes.getShort(transport + UdpHeader.CHECKSUM) == 0 ? NO_FIELD : transport + UdpHeader.CHECKSUM;
            case IpProtocol.ICMPV6 -> v6 ? transport + IcmpHeader.CHECKSUM : NO_FIELD;
            default -> NO_FIELD;
        };
    }

    private static void updateTransport(
            ByteBuffer bytes, int field, int protocol, boolean partial, int removed, int added) {
        if (partial) {
            InternetChecksum.updatePartial(bytes, field, removed, added);
            return;
        }
        InternetChecksum.update(bytes, field, removed, added);
        if (protocol == IpProtocol.UDP && bytes.getShort(field) == 0) {
            bytes.putShort(field, (short) 0xffff);
        }
    }
}
