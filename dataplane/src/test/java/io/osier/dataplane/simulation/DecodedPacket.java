package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.SctpPacket;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.namednumber.ArpOperation;

/**
 * A frame as pcap4j, which knows nothing of Osier, reads it. Decoding recomputes every checksum and fails if one is wrong;
 * {@link #toString} tells the packet in one line in the manner of tcpdump.
 */
public final class DecodedPacket {
    private final EthernetPacket ethernet;
    private final String text;

    private DecodedPacket(EthernetPacket ethernet, byte[] frame) {
        this.ethernet = ethernet;
        this.text = describe();
        if (ethernet.getPayload() instanceof IpV4Packet) {
            checkIpv4(Arrays.copyOfRange(frame, 14, frame.length));
        }
    }

    /** What pcap4j does not see where an error quotes half a packet: that lengths fit, and the sum over all bytes. */
    private void checkIpv4(byte[] packet) {
        int totalLength = (packet[2] & 0xff) << 8 | (packet[3] & 0xff);
        assertThat(totalLength).as("total length of %s", text).isEqualTo(packet.length);
        boolean fragment = ((packet[6] & 0x3f) | packet[7]) != 0;
        if (packet[9] == 1 && !fragment) {
            byte[] icmp = Arrays.copyOfRange(packet, (packet[0] & 0xf) * 4, totalLength);
            assertThat(NaiveChecksum.of(icmp)).as("checksum of %s", text).isZero();
        }
    }

    /** Decodes a frame, once its checksum has been completed if it is partial. */
    public static DecodedPacket of(RawFrame frame) {
        byte[] bytes = frame.completed().bytes();
        try {
            return new DecodedPacket(EthernetPacket.newPacket(bytes, 0, bytes.length), bytes);
        } catch (IllegalRawDataException e) {
            throw new AssertionError("not an Ethernet frame: " + frame, e);
        }
    }

    /** The frame in pcap4j's terms. */
    public EthernetPacket ethernet() {
        return ethernet;
    }

    public long sourceMac() {
        return mac(ethernet.getHeader().getSrcAddr().getAddress());
    }

    public long destinationMac() {
        return mac(ethernet.getHeader().getDstAddr().getAddress());
    }

    /** The UDP or TCP payload as text. */
    public String payload() {
        Packet transport = ip().getPayload();
        Packet payload = transport == null ? null : transport.getPayload();
        return payload == null ? "" : new String(payload.getRawData(), StandardCharsets.UTF_8);
    }

    /** The packet without Ethernet, as the sender of an ICMP error would quote it. */
    public byte[] ipPacket() {
        return ip().getRawData();
    }

    public int ttl() {
        return ip().getHeader() instanceof IpV4Packet.IpV4Header v4 ? v4.getTtlAsInt() : 0;
    }

    private IpPacket ip() {
        return Objects.requireNonNull(ethernet.get(IpPacket.class), "no IP packet");
    }

    private static long mac(byte[] bytes) {
        long mac = 0;
        for (byte b : bytes) {
            mac = mac << 8 | (b & 0xff);
        }
        return mac;
    }

    private String describe() {
        Packet payload = ethernet.getPayload();
        if (payload instanceof ArpPacket arp) {
            return describe(arp.getHeader());
        }
        if (payload instanceof IpPacket ip) {
            return describe(ip);
        }
        return "ethernet type " + ethernet.getHeader().getType().valueAsString();
    }

    private static String describe(ArpPacket.ArpHeader arp) {
        String sender = NetUtil.toAddressString(arp.getSrcProtocolAddr());
        return arp.getOperation().equals(ArpOperation.REQUEST)
                ? "arp who-has " + NetUtil.toAddressString(arp.getDstProtocolAddr()) + " tell " + sender
                : "arp " + sender + " is-at " + arp.getSrcHardwareAddr();
    }

    private static String describe(IpPacket ip) {
        String text = transport(ip);
        if (!(ip instanceof IpV4Packet v4)) {
            return text;
        }
        assertThat(v4.getHeader().hasValidChecksum(false))
                .as("IPv4 header checksum of %s", text)
                .isTrue();
        assertThat(v4.getHeader().getTotalLengthAsInt())
                .as("length of %s", text)
                .isEqualTo(v4.length());
        return v4.getHeader().getTtlAsInt() == 64
                ? text
                : text + " ttl " + v4.getHeader().getTtlAsInt();
    }

    private static String transport(IpPacket ip) {
        InetAddress source = ip.getHeader().getSrcAddr();
        InetAddress destination = ip.getHeader().getDstAddr();
        String ends = NetUtil.toAddressString(source) + " > " + NetUtil.toAddressString(destination);
        if (ip instanceof IpV4Packet v4
                && (v4.getHeader().getMoreFragmentFlag() || v4.getHeader().getFragmentOffset() != 0)) {
            return fragment(v4, ends);
        }
        Packet transport = ip.getPayload();
        if (transport instanceof TcpPacket tcp) {
            TcpPacket.TcpHeader header = tcp.getHeader();
            String text = ports(
                            source,
                            header.getSrcPort().valueAsInt(),
                            destination,
                            header.getDstPort().valueAsInt()) + " tcp " + flags(header) + quoted(tcp.getPayload());
            assertThat(tcp.hasValidChecksum(source, destination, false))
                    .as("checksum of %s", text)
                    .isTrue();
            return text;
        }
        if (transport instanceof UdpPacket udp) {
            String text = ports(
                            source,
                            udp.getHeader().getSrcPort().valueAsInt(),
                            destination,
                            udp.getHeader().getDstPort().valueAsInt())
                    + " udp"
                    + (udp.getHeader().getChecksum() == 0 ? " no checksum" : "")
                    + quoted(udp.getPayload());
            assertThat(udp.hasValidChecksum(source, destination, true))
                    .as("checksum of %s", text)
                    .isTrue();
            return text;
        }
        if (transport instanceof SctpPacket sctp) {
            String text = ports(
                            source,
                            sctp.getHeader().getSrcPort().valueAsInt(),
                            destination,
                            sctp.getHeader().getDstPort().valueAsInt())
                    + " sctp";
            assertThat(sctp.hasValidChecksum()).as("checksum of %s", text).isTrue();
            return text;
        }
        if (transport instanceof IcmpV4CommonPacket icmp) {
            String text = ends + " icmp " + icmp.getHeader().getType().value() + "/"
                    + icmp.getHeader().getCode().value();
            return text + about(icmp.getHeader().getType().value(), icmp.getRawData());
        }
        if (transport instanceof IcmpV6CommonPacket icmp) {
            String text = ends + " icmpv6 " + (icmp.getHeader().getType().value() & 0xff) + "/"
                    + icmp.getHeader().getCode().value();
            assertThat(icmp.hasValidChecksum((Inet6Address) source, (Inet6Address) destination, false))
                    .as("checksum of %s", text)
                    .isTrue();
            return text;
        }
        return ends + " protocol " + (ip.getHeader().getProtocol().value() & 0xff);
    }

    private static String fragment(IpV4Packet ip, String ends) {
        return ends + " fragment of " + ip.getHeader().getProtocol().name().toLowerCase(Locale.ROOT) + " at "
                + ip.getHeader().getFragmentOffset() * 8
                + (ip.getHeader().getMoreFragmentFlag() ? "+" : "");
    }

    /** Echoes tell their sequence number, errors the packet that they quote. */
    private static String about(byte type, byte[] icmp) {
        if (type == 0 || type == 8) {
            return " seq " + ((icmp[6] & 0xff) << 8 | (icmp[7] & 0xff));
        }
        byte[] quoted = Arrays.copyOfRange(icmp, 8, icmp.length);
        int headerBytes = (quoted[0] & 0xf) * 4;
        assertThat(NaiveChecksum.of(Arrays.copyOf(quoted, headerBytes)))
                .as("header checksum of the quoted packet")
                .isZero();
        String protocol = switch (quoted[9]) {
            case 6 -> "tcp";
            case 17 -> "udp";
            default -> "protocol " + quoted[9];
        };
        return " about " + quotedEnd(quoted, 12, headerBytes) + " > " + quotedEnd(quoted, 16, headerBytes + 2) + " "
                + protocol;
    }

    private static String quotedEnd(byte[] packet, int address, int port) {
        return (packet[address] & 0xff) + "." + (packet[address + 1] & 0xff) + "." + (packet[address + 2] & 0xff) + "."
                + (packet[address + 3] & 0xff) + ":" + ((packet[port] & 0xff) << 8 | (packet[port + 1] & 0xff));
    }

    private static String ports(InetAddress source, int sourcePort, InetAddress destination, int destinationPort) {
        return NetUtil.toAddressString(source) + ":" + sourcePort + " > " + NetUtil.toAddressString(destination) + ":"
                + destinationPort;
    }

    private static String flags(TcpPacket.TcpHeader header) {
        String flags = (header.getSyn() ? "S" : "")
                + (header.getFin() ? "F" : "")
                + (header.getRst() ? "R" : "")
                + (header.getPsh() ? "P" : "")
                + (header.getAck() ? "." : "");
        return "[" + flags + "]";
    }

    private static String quoted(@Nullable Packet payload) {
        return payload == null || payload.length() == 0
                ? ""
                : " \"" + new String(payload.getRawData(), StandardCharsets.UTF_8) + "\"";
    }

    @Override
    public String toString() {
        return text;
    }
}
