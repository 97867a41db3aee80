package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.UdpHeader;
import java.nio.ByteBuffer;

/** Says what is in a packet, in the words of {@code tcpdump -n}. Owned by one thread. */
final class PacketText {
    /** In the order of the bits. */
    private static final String TCP_FLAGS = "FSRP.UEW";

    private static final int WINDOW = 14;
    /** Behind what was kept of a packet lies nothing that could be taken for its headers. */
    private static final byte[] NOTHING = new byte[128];

    private final Frame frame = new Frame();
    private final PacketParser parser = new PacketParser();
    private final ParsedPacket packet = new ParsedPacket();

    String of(CaptureRecord capture) {
        ByteBuffer bytes = capture.frame();
        if (bytes.limit() == 0) {
            return "IP, UDP datagram that is no tunnel packet, length " + capture.originalLengthBytes();
        }
        int room = frame.capacityBytes() - Frame.HEADROOM_BYTES - NOTHING.length;
        int kept = Math.min(bytes.limit(), room);
        frame.reset(Frame.HEADROOM_BYTES, Math.min(capture.frameLengthBytes(), room));
        frame.bytes().put(frame.start(), bytes, 0, kept);
        frame.bytes().put(frame.start() + kept, NOTHING);
        DropReason malformed = parser.parse(frame, packet);
        if (malformed != null) {
            return malformed.sentence() + ", length " + capture.frameLengthBytes();
        }
        if (packet.isArp()) {
            return arp();
        }
        return packet.isIp() ? ip() : other(capture.frameLengthBytes());
    }

    private String other(int lengthBytes) {
        return MacAddress.format(packet.sourceMac()) + " > " + MacAddress.format(packet.destinationMac())
                + String.format(", ethertype 0x%04x, length %d", packet.etherType(), lengthBytes);
    }

    private String arp() {
        int arp = packet.networkOffset();
        String sender = IpAddress.v4(ArpHeader.senderIp(frame.bytes(), arp)).toString();
        String target = IpAddress.v4(ArpHeader.targetIp(frame.bytes(), arp)).toString();
        String what = ArpHeader.operation(frame.bytes(), arp) == ArpHeader.REQUEST
                ? "Request who-has " + target + " tell " + sender
                : "Reply " + sender + " is-at " + MacAddress.format(ArpHeader.senderMac(frame.bytes(), arp));
        return "ARP, " + what + ", length " + (frame.end() - arp);
    }

    private String ip() {
        String source = IpAddress.format(packet.sourceHigh(), packet.sourceLow());
        String destination = IpAddress.format(packet.destinationHigh(), packet.destinationLow());
        if (packet.hasPorts()) {
            source += "." + packet.sourcePort();
            destination += "." + packet.destinationPort();
        }
        return (packet.isIpv4() ? "IP " : "IP6 ") + source + " > " + destination + ": " + transport();
    }

    private String transport() {
        int lengthBytes = packet.networkEnd() - packet.transportOffset();
        String protocol = IpProtocol.name(packet.protocol());
        if (packet.isLaterFragment()) {
            return protocol + " fragment, id " + packet.fragmentId() + ", length " + lengthBytes;
        }
        if (packet.isIcmp()) {
            return icmp(lengthBytes);
        }
        return switch (packet.protocol()) {
            case IpProtocol.TCP -> tcp(lengthBytes);
            case IpProtocol.UDP -> "UDP, length " + (lengthBytes - UdpHeader.LENGTH_BYTES);
            default -> protocol + ", length " + lengthBytes;
        };
    }

    private String tcp(int lengthBytes) {
        ByteBuffer bytes = frame.bytes();
        int tcp = packet.transportOffset();
        StringBuilder flags = new StringBuilder();
        for (int bit = 0; bit < TCP_FLAGS.length(); bit++) {
            if ((packet.tcpFlags() >>> bit & 1) != 0) {
                flags.append(TCP_FLAGS.charAt(bit));
            }
        }
        boolean acknowledges = (packet.tcpFlags() & TcpHeader.ACK) != 0;
        return "Flags [" + (flags.isEmpty() ? "none" : flags)
                + "], seq " + Integer.toUnsignedString(TcpHeader.sequence(bytes, tcp))
                + (acknowledges ? ", ack " + Integer.toUnsignedString(TcpHeader.acknowledgment(bytes, tcp)) : "")
                + ", win " + (bytes.getShort(tcp + WINDOW) & 0xffff)
                + ", length " + (lengthBytes - TcpHeader.headerLengthBytes(bytes, tcp));
    }

    private String icmp(int lengthBytes) {
        String name = packet.isIpv4() ? "ICMP " : "ICMP6, ";
        return name + icmpMessage() + ", length " + lengthBytes;
    }

    private String icmpMessage() {
        ByteBuffer bytes = frame.bytes();
        int icmp = packet.transportOffset();
        int type = packet.icmpType();
        int code = IcmpHeader.code(bytes, icmp);
        boolean v4 = packet.isIpv4();
        if (type == (v4 ? IcmpHeader.V4_ECHO_REQUEST : 128) || type == (v4 ? IcmpHeader.V4_ECHO_REPLY : 129)) {
            boolean request = type == IcmpHeader.V4_ECHO_REQUEST || type == 128;
            return (request ? "echo request" : "echo reply") + ", id " + (bytes.getShort(icmp + 4) & 0xffff) + ", seq "
                    + (bytes.getShort(icmp + 6) & 0xffff);
        }
        if (!v4 && type == IcmpHeader.V6_NEIGHBOR_SOLICITATION) {
            return "neighbor solicitation, who has "
                    + IpAddress.format(bytes.getLong(icmp + 8), bytes.getLong(icmp + 16));
        }
        if (!v4 && type == IcmpHeader.V6_NEIGHBOR_ADVERTISEMENT) {
            return "neighbor advertisement, tgt is "
                    + IpAddress.format(bytes.getLong(icmp + 8), bytes.getLong(icmp + 16));
        }
        if (packet.hasEmbedded() && type == (v4 ? IcmpHeader.V4_UNREACHABLE : IcmpHeader.V6_UNREACHABLE)) {
            return unreachable(
                    code == (v4 ? IcmpHeader.V4_CODE_PORT_UNREACHABLE : IcmpHeader.V6_CODE_PORT_UNREACHABLE), code);
        }
        return "type " + type + " code " + code;
    }

    private String unreachable(boolean port, int code) {
        String destination = IpAddress.format(packet.embeddedDestinationHigh(), packet.embeddedDestinationLow());
        return port
                ? destination + " " + IpProtocol.name(packet.embeddedProtocol()) + " port "
                        + packet.embeddedDestinationPort() + " unreachable"
                : destination + " unreachable, code " + code;
    }
}
