package io.osier.dataplane.explain;

import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.PacketDraft;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.TransportChecksum;
import io.osier.dataplane.packet.UdpHeader;
import java.nio.ByteBuffer;

/**
 * The packet that a pod would begin with: a SYN, a UDP packet, an echo request.
 *
 * @param fromMac the pod's
 * @param from the pod's address of the same family as {@code to}
 * @param protocol TCP, UDP, or the family's ICMP
 * @param port where to; 0 for ICMP
 */
public record TrialPacket(long fromMac, IpAddress from, IpAddress to, int protocol, int port) {
    /** Where Linux takes most of its own ports from. */
    private static final int SOURCE_PORT = 40_000;

    /** The packet in words. */
    public String words() {
        return IpProtocol.name(protocol) + " " + new Socket(from, port == 0 ? 0 : SOURCE_PORT) + " > "
                + new Socket(to, port);
    }

    /** The pod's question for its neighbour's MAC address: ARP or neighbour discovery. */
    public Frame neighborRequest(IpAddress neighbor) {
        Frame frame = new Frame();
        if (neighbor.isV4()) {
            PacketDraft.arpRequest(frame, fromMac, from, neighbor);
        } else {
            PacketDraft.neighborSolicitation(frame, fromMac, from, neighbor);
        }
        return frame;
    }

    /**
     * The packet in its frame.
     *
     * @param attempt makes each a flow of its own
     */
    public Frame frame(long toMac, int attempt) {
        Frame frame = new Frame();
        switch (protocol) {
            case IpProtocol.TCP -> tcp(frame, toMac, attempt);
            case IpProtocol.UDP -> udp(frame, toMac, attempt);
            case IpProtocol.ICMPV6 -> PacketDraft.icmpv6EchoRequest(frame, toMac, fromMac, from, to);
            default -> PacketDraft.icmpEcho(frame, toMac, fromMac, from, to, IcmpHeader.V4_ECHO_REQUEST);
        }
        return frame;
    }

    private int ip(Frame frame, long toMac, int transportBytes) {
        return to.isV4()
                ? PacketDraft.ipv4(frame, toMac, fromMac, protocol, from, to, transportBytes)
                : PacketDraft.ipv6(frame, toMac, fromMac, protocol, from, to, transportBytes);
    }

    private void tcp(Frame frame, long toMac, int attempt) {
        int at = ip(frame, toMac, TcpHeader.MIN_LENGTH_BYTES);
        ByteBuffer bytes = frame.bytes();
        bytes.putInt(at, (SOURCE_PORT + attempt) << 16 | port);
        bytes.putLong(at + TcpHeader.SEQUENCE, 0);
        bytes.putInt(at + 12, (TcpHeader.MIN_LENGTH_BYTES / 4) << 28 | TcpHeader.SYN << 16 | 0xffff);
        bytes.putInt(at + TcpHeader.CHECKSUM, 0);
        complete(bytes, at, TcpHeader.CHECKSUM, TcpHeader.MIN_LENGTH_BYTES);
    }

    private void udp(Frame frame, long toMac, int attempt) {
        int at = ip(frame, toMac, UdpHeader.LENGTH_BYTES);
        ByteBuffer bytes = frame.bytes();
        bytes.putInt(at, (SOURCE_PORT + attempt) << 16 | port);
        bytes.putInt(at + 4, UdpHeader.LENGTH_BYTES << 16);
        complete(bytes, at, UdpHeader.CHECKSUM, UdpHeader.LENGTH_BYTES);
    }

    private void complete(ByteBuffer bytes, int at, int field, int lengthBytes) {
        int pseudoHeader =
                InternetChecksum.pseudoHeader(from.high(), from.low(), to.high(), to.low(), protocol, lengthBytes);
        TransportChecksum.put(bytes, at + field, field, InternetChecksum.sum(bytes, at, lengthBytes, pseudoHeader));
    }
}
