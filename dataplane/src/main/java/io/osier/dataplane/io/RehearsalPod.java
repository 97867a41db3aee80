package io.osier.dataplane.io;

import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.PacketDraft;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.TransportChecksum;
import io.osier.dataplane.packet.UdpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * One end of a pair of sockets whose other end a dataplane takes for a pod's TAP: says what a pod's kernel would say, and
 * throws away what it hears. Owned by one thread.
 */
final class RehearsalPod implements AutoCloseable {
    static final int PAYLOAD_BYTES = 1_398; // of a full TCP segment at an MTU of 1450
    private static final int TRANSPORT = EthernetHeader.LENGTH_BYTES + Ipv4Header.MIN_LENGTH_BYTES;
    private static final int MAXIMUM_SEGMENT_SIZE = 0x0204_0000 | 1_410; // RFC 9293, section 3.2
    private static final int TIMESTAMPS = 0x0101_080a; // RFC 7323, appendix A

    private static final long ALL_ROUTERS_MAC = 0x3333_0000_0002L;
    private static final long ALL_ROUTERS_HIGH = 0xff02L << 48;
    private static final long ALL_ROUTERS_LOW = 2;
    private static final long ROUTER_SOLICITATION = 133L << 56;
    private static final int HOP_LIMIT = 255;

    private final IpAddress address;
    private final FileDescriptor socket;
    private final boolean partialChecksums;
    private final Frame out = new Frame();
    private final Frame in = new Frame();

    private RehearsalPod(IpAddress address, FileDescriptor socket, boolean partialChecksums) {
        this.address = address;
        this.socket = socket;
        this.partialChecksums = partialChecksums;
    }

    /** Gives the dataplane a pod of this address. */
    static RehearsalPod join(Dataplane node, IpAddress address) throws IOException {
        SocketPair pair = SocketPair.open();
        PortId id = new PortId(PortKind.POD, address.toString());
        try {
            node.addPort(id, pair.other(), MacAddress.ofPod(address.v4Bits()), Set.of(address));
        } catch (RuntimeException e) {
            pair.one().close();
            throw e;
        }
        return new RehearsalPod(address, pair.one(), node.offloads().contains(TapOffload.CSUM));
    }

    /** Says a TCP packet of this many full segments; of none, if it says nothing but its flags. */
    void tcp(IpAddress to, long toMac, int fromPort, int toPort, int flags, int sequence, int segments)
            throws IOException {
        ByteBuffer bytes = out.bytes();
        boolean first = (flags & TcpHeader.SYN) != 0;
        int headerBytes = TcpHeader.MIN_LENGTH_BYTES + (first ? 4 : 0) + 12;
        int length = headerBytes + segments * PAYLOAD_BYTES;
        int at = begin(to, toMac, IpProtocol.TCP, length);
        bytes.putInt(at, fromPort << 16 | toPort);
        bytes.putInt(at + TcpHeader.SEQUENCE, sequence);
        bytes.putInt(at + 8, 1); // acknowledges the first byte
        bytes.putInt(at + 12, (headerBytes / 4) << 28 | flags << 16 | 0xffff);
        bytes.putInt(at + TcpHeader.CHECKSUM, 0);
        bytes.putInt(at + TcpHeader.MIN_LENGTH_BYTES, first ? MAXIMUM_SEGMENT_SIZE : TIMESTAMPS);
        bytes.putInt(at + TcpHeader.MIN_LENGTH_BYTES + 4, first ? TIMESTAMPS : sequence);
        int gsoType = segments > 1 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_NONE;
        send(at, to, IpProtocol.TCP, TcpHeader.CHECKSUM, headerBytes, length, gsoType);
    }

    /** Says a UDP packet. */
    void udp(IpAddress to, long toMac, int fromPort, int toPort, int payloadBytes) throws IOException {
        ByteBuffer bytes = out.bytes();
        int length = UdpHeader.LENGTH_BYTES + payloadBytes;
        int at = begin(to, toMac, IpProtocol.UDP, length);
        bytes.putInt(at, fromPort << 16 | toPort);
        bytes.putInt(at + 4, length << 16);
        send(at, to, IpProtocol.UDP, UdpHeader.CHECKSUM, UdpHeader.LENGTH_BYTES, length, VirtioNetHeader.GSO_NONE);
    }

    /** Says an ICMP echo request, or a reply. */
    void echo(IpAddress to, long toMac, int type) throws IOException {
        PacketDraft.icmpEcho(out, toMac, ownMac(), address, to, type);
        send();
    }

    /** Asks for a neighbour's MAC address. */
    void ask(IpAddress neighbor) throws IOException {
        PacketDraft.arpRequest(out, ownMac(), address, neighbor);
        send();
    }

    /** Says what a Linux interface says that has no IPv6 address yet: a router solicitation from :: (RFC 4861, section 4.1). */
    void solicitRouters() throws IOException {
        int lengthBytes = Ipv6Header.LENGTH_BYTES + IcmpHeader.LENGTH_BYTES;
        int at = PacketDraft.ethernet(out, ALL_ROUTERS_MAC, ownMac(), EthernetHeader.TYPE_IPV6, lengthBytes);
        Ipv6Header.write(
                out.bytes(),
                at,
                IcmpHeader.LENGTH_BYTES,
                IpProtocol.ICMPV6,
                HOP_LIMIT,
                0,
                0,
                ALL_ROUTERS_HIGH,
                ALL_ROUTERS_LOW);
        out.bytes().putLong(at + Ipv6Header.LENGTH_BYTES, ROUTER_SOLICITATION);
        send();
    }

    private long ownMac() {
        return MacAddress.ofPod(address.v4Bits());
    }

    private int begin(IpAddress to, long toMac, int protocol, int transportBytes) {
        return PacketDraft.ipv4(out, toMac, ownMac(), protocol, address, to, transportBytes);
    }

    private void send(
            int transport, IpAddress to, int protocol, int checksum, int headerBytes, int lengthBytes, int gsoType)
            throws IOException {
        int pseudoHeader = InternetChecksum.pseudoHeader(
                address.high(), address.low(), to.high(), to.low(), protocol, lengthBytes);
        out.bytes().putShort(transport + checksum, (short) InternetChecksum.fold(pseudoHeader));
        out.setOffloads(
                VirtioNetHeader.FLAG_NEEDS_CHECKSUM,
                gsoType,
                TRANSPORT + headerBytes,
                gsoType == VirtioNetHeader.GSO_NONE ? 0 : PAYLOAD_BYTES,
                TRANSPORT,
                checksum);
        if (!partialChecksums) {
            TransportChecksum.complete(out);
        }
        send();
    }

    private void send() throws IOException {
        int from = out.start() - VirtioNetHeader.LENGTH_BYTES;
        VirtioNetHeader.write(out.bytes(), from, out);
        socket.writeAddress(out.address(), from, out.end()); // what finds no room is lost
    }

    /** Hears everything that has come by now; how much it was. */
    int listen() throws IOException {
        int heard = 0;
        while (socket.readAddress(in.address(), 0, in.capacityBytes()) > 0) {
            heard++;
        }
        return heard;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Whatever close says, Linux has let the descriptor go.
        }
    }
}
