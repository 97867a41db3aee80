package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import java.nio.ByteBuffer;

/** Writes TCP segments that end a connection (RFC 9293, section 3.10.7.1). */
final class TcpResets {
    private static final int TTL = 64;
    private static final int DATA_OFFSET = (TcpHeader.MIN_LENGTH_BYTES / 4) << 28;

    private TcpResets() {}

    /** Whether the packet may be answered so: a reset never is, nor a fragment whose header is elsewhere. */
    static boolean mayAnswer(ParsedPacket packet) {
        return packet.protocol() == IpProtocol.TCP
                && packet.hasPorts()
                && !packet.isLaterFragment()
                && (packet.tcpFlags() & TcpHeader.RST) == 0;
    }

    /**
     * Writes the answer of somebody who knows no such connection. Its number is the one that the sender waits for, which is in
     * its own acknowledgment.
     */
    static void answer(Frame frame, ParsedPacket packet, Frame reset) {
        ByteBuffer bytes = frame.bytes();
        int tcp = packet.transportOffset();
        boolean acknowledges = (packet.tcpFlags() & TcpHeader.ACK) != 0;
        int sequence = acknowledges ? TcpHeader.acknowledgment(bytes, tcp) : 0;
        int flags = acknowledges ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK;
        int acknowledgment = acknowledges ? 0 : TcpHeader.sequence(bytes, tcp) + lengthOf(frame, packet);
        write(
                reset,
                packet.sourceMac(),
                packet.destinationMac(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.destinationPort(),
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.sourcePort(),
                sequence,
                acknowledgment,
                flags);
    }

    /** How many sequence numbers the segment takes (RFC 9293, section 3.4: SEG.LEN). */
    private static int lengthOf(Frame frame, ParsedPacket packet) {
        int header = TcpHeader.headerLengthBytes(frame.bytes(), packet.transportOffset());
        int syn = (packet.tcpFlags() & TcpHeader.SYN) != 0 ? 1 : 0;
        int fin = (packet.tcpFlags() & TcpHeader.FIN) != 0 ? 1 : 0;
        int start = packet.transportOffset() - packet.networkOffset();
        return packet.networkLengthBytes() - start - header + syn + fin;
    }

    /** Writes a reset between these two. */
    static void write(
            Frame reset,
            long toMac,
            long fromMac,
            long fromHigh,
            long fromLow,
            int fromPort,
            long toHigh,
            long toLow,
            int toPort,
            int sequence,
            int acknowledgment,
            int flags) {
        boolean v4 = IpAddress.isV4(toHigh, toLow);
        int ipBytes = v4 ? Ipv4Header.MIN_LENGTH_BYTES : Ipv6Header.LENGTH_BYTES;
        int tcpBytes = TcpHeader.MIN_LENGTH_BYTES;
        reset.reset(Frame.HEADROOM_BYTES, EthernetHeader.LENGTH_BYTES + ipBytes + tcpBytes);
        ByteBuffer bytes = reset.bytes();
        int ethernet = reset.start();
        EthernetHeader.setDestination(bytes, ethernet, toMac);
        EthernetHeader.setSource(bytes, ethernet, fromMac);
        EthernetHeader.setEtherType(bytes, ethernet, v4 ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6);
        int ip = ethernet + EthernetHeader.LENGTH_BYTES;
        if (v4) {
            Ipv4Header.write(bytes, ip, ipBytes + tcpBytes, TTL, IpProtocol.TCP, (int) fromLow, (int) toLow);
        } else {
            Ipv6Header.write(bytes, ip, tcpBytes, IpProtocol.TCP, TTL, fromHigh, fromLow, toHigh, toLow);
        }
        int tcp = ip + ipBytes;
        bytes.putInt(tcp, fromPort << 16 | toPort);
        bytes.putInt(tcp + TcpHeader.SEQUENCE, sequence);
        bytes.putInt(tcp + 8, acknowledgment);
        bytes.putInt(tcp + 12, DATA_OFFSET | flags << 16);
        bytes.putInt(tcp + TcpHeader.CHECKSUM, 0);
        int pseudo = InternetChecksum.pseudoHeader(fromHigh, fromLow, toHigh, toLow, IpProtocol.TCP, tcpBytes);
        int sum = InternetChecksum.sum(bytes, tcp, tcpBytes, pseudo);
        bytes.putShort(tcp + TcpHeader.CHECKSUM, (short) ~InternetChecksum.fold(sum));
    }
}
