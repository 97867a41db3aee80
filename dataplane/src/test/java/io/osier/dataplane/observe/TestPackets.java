package io.osier.dataplane.observe;

import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.UdpHeader;
import java.nio.ByteBuffer;

/** Makes the packets that these tests send; MAC addresses follow the pods' scheme. */
public final class TestPackets {
    public static final int IP = EthernetHeader.LENGTH_BYTES;
    public static final int TRANSPORT = IP + Ipv4Header.MIN_LENGTH_BYTES;

    private TestPackets() {}

    public static int v4(String address) {
        return IpAddress.parse(address).v4Bits();
    }

    public static byte[] udp(String source, int sourcePort, String destination, int destinationPort, byte... payload) {
        byte[] frame = new byte[TRANSPORT + UdpHeader.LENGTH_BYTES + payload.length];
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        writeIp(bytes, IpProtocol.UDP, source, destination);
        bytes.putShort(TRANSPORT, (short) sourcePort);
        bytes.putShort(TRANSPORT + 2, (short) destinationPort);
        bytes.putShort(TRANSPORT + 4, (short) (UdpHeader.LENGTH_BYTES + payload.length));
        bytes.put(TRANSPORT + UdpHeader.LENGTH_BYTES, payload);
        IpAddress from = IpAddress.parse(source);
        IpAddress to = IpAddress.parse(destination);
        int length = frame.length - TRANSPORT;
        int pseudoHeader = InternetChecksum.pseudoHeader(0, from.low(), 0, to.low(), IpProtocol.UDP, length);
        int sum = InternetChecksum.sum(bytes, TRANSPORT, length, pseudoHeader);
        bytes.putShort(TRANSPORT + UdpHeader.CHECKSUM, (short) ~sum);
        return frame;
    }

    /** An ICMP echo request. */
    public static byte[] ping(String source, String destination, int sequence) {
        byte[] frame = new byte[TRANSPORT + 8 + 56];
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        writeIp(bytes, IpProtocol.ICMP, source, destination);
        bytes.put(TRANSPORT, (byte) 8);
        bytes.putShort(TRANSPORT + 4, (short) 77);
        bytes.putShort(TRANSPORT + 6, (short) sequence);
        int sum = InternetChecksum.sum(bytes, TRANSPORT, frame.length - TRANSPORT, 0);
        bytes.putShort(TRANSPORT + 2, (short) ~sum);
        return frame;
    }

    /** A TCP segment without payload or checksum. */
    public static byte[] tcp(String source, int sourcePort, String destination, int destinationPort, int flags) {
        byte[] frame = new byte[TRANSPORT + TcpHeader.MIN_LENGTH_BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        writeIp(bytes, IpProtocol.TCP, source, destination);
        bytes.putShort(TRANSPORT, (short) sourcePort);
        bytes.putShort(TRANSPORT + 2, (short) destinationPort);
        bytes.putInt(TRANSPORT + 4, 0x1234_5678);
        bytes.putInt(TRANSPORT + 8, 0x9abc_def0);
        bytes.putInt(TRANSPORT + 12, 0x5000_0200 | flags << 16);
        return frame;
    }

    /** What 10.32.1.1 answers to somebody who sent UDP to a port where nobody is. */
    public static byte[] portUnreachable(String wanted, String asker, int port) {
        byte[] caused = udp(asker, 40_000, wanted, port);
        byte[] frame = new byte[TRANSPORT + 8 + caused.length - IP];
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        writeIp(bytes, IpProtocol.ICMP, "10.32.1.1", asker);
        bytes.putShort(TRANSPORT, (short) 0x0303);
        bytes.put(TRANSPORT + 8, caused, IP, caused.length - IP);
        return frame;
    }

    public static byte[] arpRequest(String source, String target) {
        byte[] frame = new byte[IP + ArpHeader.LENGTH_BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        long mac = MacAddress.ofPod(v4(source));
        EthernetHeader.setDestination(bytes, 0, MacAddress.BROADCAST);
        EthernetHeader.setSource(bytes, 0, mac);
        EthernetHeader.setEtherType(bytes, 0, EthernetHeader.TYPE_ARP);
        ArpHeader.write(bytes, IP, ArpHeader.REQUEST, mac, v4(source), 0, v4(target));
        return frame;
    }

    /** Puts bytes into a frame as if they had been received. */
    public static void fill(Frame frame, byte[] bytes) {
        frame.reset(Frame.HEADROOM_BYTES, bytes.length);
        frame.bytes().put(frame.start(), bytes);
    }

    private static void writeIp(ByteBuffer bytes, int protocol, String source, String destination) {
        EthernetHeader.setDestination(bytes, 0, MacAddress.ofPod(v4(destination)));
        EthernetHeader.setSource(bytes, 0, MacAddress.ofPod(v4(source)));
        EthernetHeader.setEtherType(bytes, 0, EthernetHeader.TYPE_IPV4);
        Ipv4Header.write(bytes, IP, bytes.capacity() - IP, 64, protocol, v4(source), v4(destination));
    }
}
