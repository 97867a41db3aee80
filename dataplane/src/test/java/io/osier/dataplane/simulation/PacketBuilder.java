package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Makes IP packets in Ethernet frames, to be read aloud: {@code tcp().from("10.32.0.2", 4000).to("10.96.0.10", 80).syn()}.
 * IPv4 stations have the pods' MAC addresses unless told otherwise. Shares no code with what it tests.
 */
public final class PacketBuilder {
    private static final int ETHERNET_BYTES = 14;
    private static final int MAX_QUOTE_BYTES = 548;

    private final int protocol;
    private IpAddress source = IpAddress.v4(0);
    private IpAddress destination = IpAddress.v4(0);
    private int sourcePort;
    private int destinationPort;
    private long sourceMac;
    private long destinationMac;
    private int ttl = 64;
    private int identification;
    private byte[] ipOptions = {};
    private byte[] tcpOptions = {};
    private boolean mayFragment;
    private byte[] payload = {};
    private int tcpFlags;
    private int sequence = 1000;
    private int acknowledgment;
    private int icmpType;
    private int icmpCode;
    private int icmpRest;
    private boolean withoutChecksum;
    private boolean partialChecksum;

    private PacketBuilder(int protocol) {
        this.protocol = protocol;
    }

    public static PacketBuilder tcp() {
        return new PacketBuilder(IpProtocol.TCP);
    }

    public static PacketBuilder udp() {
        return new PacketBuilder(IpProtocol.UDP);
    }

    public static PacketBuilder sctp() {
        return new PacketBuilder(IpProtocol.SCTP);
    }

    /** Any other protocol above IP. */
    public static PacketBuilder ip(int protocol) {
        return new PacketBuilder(protocol);
    }

    public static PacketBuilder icmp(int type, int code) {
        PacketBuilder builder = new PacketBuilder(IpProtocol.ICMP);
        builder.icmpType = type;
        builder.icmpCode = code;
        return builder;
    }

    public static PacketBuilder icmpv6(int type, int code) {
        PacketBuilder builder = new PacketBuilder(IpProtocol.ICMPV6);
        builder.icmpType = type;
        builder.icmpCode = code;
        return builder;
    }

    public static PacketBuilder ping(int sequence) {
        return icmp(8, 0).rest(0x0001_0000 | sequence);
    }

    public static PacketBuilder pong(int sequence) {
        return icmp(0, 0).rest(0x0001_0000 | sequence);
    }

    /** Destination unreachable, port unreachable. */
    public static PacketBuilder portUnreachable() {
        return icmp(3, 3);
    }

    /** Destination unreachable, fragmentation needed and DF set (RFC 1191). */
    public static PacketBuilder fragmentationNeeded(int mtuBytes) {
        return icmp(3, 4).rest(mtuBytes);
    }

    /** Packet too big (RFC 4443, section 3.2). */
    public static PacketBuilder packetTooBig(int mtuBytes) {
        return icmpv6(2, 0).rest(mtuBytes);
    }

    /** Who has this IPv6 address? With the asker's MAC address as an option. */
    public static PacketBuilder neighborSolicitation(String target, long askerMac) {
        IpAddress asked = IpAddress.parse(target);
        byte[] body = ByteBuffer.allocate(24)
                .putLong(asked.high())
                .putLong(asked.low())
                .putLong(0x0101_0000_0000_0000L | askerMac)
                .array();
        return icmpv6(135, 0)
                .ttl(255)
                .payload(body)
                .fromMac(askerMac)
                .toMac(0x3333_ff00_0000L | (asked.low() & 0xff_ffff))
                .to(new IpAddress(0xff02L << 48, 0x1_ff00_0000L | (asked.low() & 0xff_ffff)), 0);
    }

    /** This IPv6 address has this MAC address, to all nodes and unasked. */
    public static PacketBuilder neighborAdvertisement(String target, long mac) {
        IpAddress told = IpAddress.parse(target);
        byte[] body = ByteBuffer.allocate(24)
                .putLong(told.high())
                .putLong(told.low())
                .putLong(0x0201_0000_0000_0000L | mac)
                .array();
        return icmpv6(136, 0)
                .rest(0x2000_0000)
                .ttl(255)
                .payload(body)
                .to("ff02::1")
                .toMac(0x3333_0000_0001L);
    }

    /** The same as an answer, to the address that the caller gives. */
    public static PacketBuilder solicitedAdvertisement(String target, long mac) {
        return neighborAdvertisement(target, mac).rest(0x6000_0000);
    }

    public static PacketBuilder ping6(int sequence) {
        return icmpv6(128, 0).rest(0x0001_0000 | sequence);
    }

    /** An Ethernet frame of any type. */
    public static RawFrame ethernet(long sourceMac, long destinationMac, int etherType, byte[] payload) {
        return RawFrame.of(concat(
                macBytes(destinationMac),
                macBytes(sourceMac),
                ByteBuffer.allocate(2).putShort((short) etherType).array(),
                payload));
    }

    /** The UDP payload that carries a frame in VXLAN. */
    public static byte[] vxlan(int vni, RawFrame inner) {
        byte[] header =
                ByteBuffer.allocate(8).putInt(0x0800_0000).putInt(vni << 8).array();
        return concat(header, inner.bytes());
    }

    public PacketBuilder from(String address) {
        return from(address, 0);
    }

    public PacketBuilder from(String address, int port) {
        source = IpAddress.parse(address);
        sourcePort = port;
        return this;
    }

    public PacketBuilder to(String address) {
        return to(address, 0);
    }

    public PacketBuilder to(String address, int port) {
        return to(IpAddress.parse(address), port);
    }

    private PacketBuilder to(IpAddress address, int port) {
        destination = address;
        destinationPort = port;
        return this;
    }

    public PacketBuilder fromMac(long mac) {
        sourceMac = mac;
        return this;
    }

    public PacketBuilder toMac(long mac) {
        destinationMac = mac;
        return this;
    }

    /** Sends by the MAC address of another pod-scheme station than the destination: a gateway. */
    public PacketBuilder via(String address) {
        return toMac(MacAddress.ofPod((int) IpAddress.parse(address).low()));
    }

    public PacketBuilder ttl(int hops) {
        ttl = hops;
        return this;
    }

    public PacketBuilder identification(int id) {
        identification = id;
        return this;
    }

    /** IPv4 options, a multiple of four bytes. */
    public PacketBuilder options(byte[] options) {
        ipOptions = options;
        return this;
    }

    /** TCP options, a multiple of four bytes. */
    public PacketBuilder tcpOptions(int... options) {
        tcpOptions = new byte[options.length];
        for (int i = 0; i < options.length; i++) {
            tcpOptions[i] = (byte) options[i];
        }
        return this;
    }

    /** An IPv4 packet without DF. */
    public PacketBuilder mayFragment() {
        mayFragment = true;
        return this;
    }

    public PacketBuilder payload(String text) {
        return payload(text.getBytes(StandardCharsets.UTF_8));
    }

    public PacketBuilder payload(byte[] bytes) {
        payload = bytes;
        return this;
    }

    /** The packet that an ICMP error is about, as much of it as an error may carry. */
    public PacketBuilder quoting(RawFrame frame) {
        return quoting(frame, MAX_QUOTE_BYTES);
    }

    /** The same, with fewer bytes of it. */
    public PacketBuilder quoting(RawFrame frame, int quotedBytes) {
        byte[] packet = frame.ipPacket();
        return payload(Arrays.copyOf(packet, Math.min(packet.length, quotedBytes)));
    }

    public PacketBuilder flags(int flags) {
        tcpFlags = flags;
        return this;
    }

    /** TCP's sequence number. */
    public PacketBuilder sequence(int number) {
        sequence = number;
        return this;
    }

    /** TCP's acknowledgment number. */
    public PacketBuilder acknowledging(int number) {
        acknowledgment = number;
        return this;
    }

    public PacketBuilder syn() {
        return flags(0x02);
    }

    public PacketBuilder synAck() {
        return flags(0x12);
    }

    public PacketBuilder ack() {
        return flags(0x10);
    }

    public PacketBuilder fin() {
        return flags(0x11);
    }

    public PacketBuilder rst() {
        return flags(0x04);
    }

    /** The four bytes behind the ICMP checksum: an identifier and a number in echo messages. */
    public PacketBuilder rest(int word) {
        icmpRest = word;
        return this;
    }

    /** UDP's checksum left out, as zero. */
    public PacketBuilder withoutChecksum() {
        withoutChecksum = true;
        return this;
    }

    /** The transport checksum left to the network card. */
    public PacketBuilder partialChecksum() {
        partialChecksum = true;
        return this;
    }

    public RawFrame build() {
        byte[] transport = transport();
        int ipHeader = source.isV4() ? 20 + ipOptions.length : 40;
        RawFrame frame = frame(transport, mayFragment ? 0 : 0x4000);
        return partialChecksum ? frame.withPartialChecksum(ETHERNET_BYTES + ipHeader, checksumOffset()) : frame;
    }

    /** The packet in IPv4 fragments that carry this many bytes each, a multiple of eight. */
    public List<RawFrame> fragments(int bytesEach) {
        byte[] transport = transport();
        List<RawFrame> fragments = new ArrayList<>();
        for (int at = 0; at < transport.length; at += bytesEach) {
            int end = Math.min(transport.length, at + bytesEach);
            int more = end < transport.length ? 0x2000 : 0;
            fragments.add(frame(Arrays.copyOfRange(transport, at, end), more | at / 8));
        }
        return fragments;
    }

    private RawFrame frame(byte[] transport, int fragmentField) {
        byte[] header = source.isV4() ? ipv4(transport.length, fragmentField) : ipv6(transport.length);
        return ethernet(
                sourceMac != 0 ? sourceMac : MacAddress.ofPod(source.v4Bits()),
                destinationMac != 0 ? destinationMac : MacAddress.ofPod(destination.v4Bits()),
                source.isV4() ? 0x0800 : 0x86dd,
                concat(header, transport));
    }

    private byte[] ipv4(int transportBytes, int fragmentField) {
        int headerBytes = 20 + ipOptions.length;
        ByteBuffer header = ByteBuffer.allocate(headerBytes);
        header.put((byte) (0x40 | headerBytes / 4)).put((byte) 0).putShort((short) (headerBytes + transportBytes));
        header.putShort((short) identification).putShort((short) fragmentField);
        header.put((byte) ttl).put((byte) protocol).putShort((short) 0);
        header.putInt(source.v4Bits()).putInt(destination.v4Bits()).put(ipOptions);
        header.putShort(10, (short) NaiveChecksum.of(header.array()));
        return header.array();
    }

    private byte[] ipv6(int transportBytes) {
        ByteBuffer header = ByteBuffer.allocate(40);
        header.putInt(0x6000_0000).putShort((short) transportBytes);
        header.put((byte) protocol).put((byte) ttl);
        header.put(NaiveChecksum.bytes(source)).put(NaiveChecksum.bytes(destination));
        return header.array();
    }

    private byte[] transport() {
        return switch (protocol) {
            case IpProtocol.TCP -> summed(tcpHeader(), true);
            case IpProtocol.UDP -> summed(udpHeader(), true);
            case IpProtocol.ICMP -> summed(icmpHeader(), false);
            case IpProtocol.ICMPV6 -> summed(icmpHeader(), true);
            case IpProtocol.SCTP -> sctp(concat(sctpHeader(), payload));
            default -> payload;
        };
    }

    private int checksumOffset() {
        return switch (protocol) {
            case IpProtocol.TCP -> 16;
            case IpProtocol.UDP -> 6;
            default -> 2;
        };
    }

    private byte[] tcpHeader() {
        ByteBuffer header = ByteBuffer.allocate(20 + tcpOptions.length);
        header.putShort((short) sourcePort).putShort((short) destinationPort);
        header.putInt(sequence).putInt(acknowledgment);
        header.put((byte) (header.capacity() << 2)).put((byte) tcpFlags).putShort((short) 0xfaf0);
        header.position(20).put(tcpOptions);
        return header.array();
    }

    private byte[] udpHeader() {
        ByteBuffer header = ByteBuffer.allocate(8);
        header.putShort((short) sourcePort).putShort((short) destinationPort).putShort((short) (8 + payload.length));
        return header.array();
    }

    private byte[] icmpHeader() {
        ByteBuffer header = ByteBuffer.allocate(8);
        header.put((byte) icmpType).put((byte) icmpCode).putShort((short) 0).putInt(icmpRest);
        return header.array();
    }

    private byte[] sctpHeader() {
        ByteBuffer header = ByteBuffer.allocate(12);
        header.putShort((short) sourcePort).putShort((short) destinationPort).putInt(0x1234_5678);
        return header.array();
    }

    private byte[] summed(byte[] header, boolean withPseudoHeader) {
        byte[] transport = concat(header, payload);
        if (withoutChecksum) {
            return transport;
        }
        byte[] pseudoHeader = withPseudoHeader
                ? NaiveChecksum.pseudoHeader(source, destination, protocol, transport.length)
                : new byte[0];
        int checksum = partialChecksum ? NaiveChecksum.sum(pseudoHeader) : NaiveChecksum.of(pseudoHeader, transport);
        boolean zeroMeansNone = protocol == IpProtocol.UDP && checksum == 0;
        ByteBuffer.wrap(transport).putShort(checksumOffset(), (short) (zeroMeansNone ? 0xffff : checksum));
        return transport;
    }

    private static byte[] sctp(byte[] packet) {
        CRC32C crc = new CRC32C();
        crc.update(packet);
        ByteBuffer.wrap(packet).putInt(8, Integer.reverseBytes((int) crc.getValue()));
        return packet;
    }

    static byte[] macBytes(long mac) {
        return Arrays.copyOfRange(ByteBuffer.allocate(8).putLong(mac).array(), 2, 8);
    }

    public static byte[] concat(byte[]... parts) {
        ByteBuffer whole = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }
}
