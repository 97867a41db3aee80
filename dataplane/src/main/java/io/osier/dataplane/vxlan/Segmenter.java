package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.TransportChecksum;
import io.osier.dataplane.packet.UdpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.PortCounters;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a super-frame into the packets that its sender would have made without segmentation offload, each with a VXLAN header
 * in front, and leaves the payload where it is. What differs from packet to packet is what Linux varies, too: lengths, the
 * IPv4 identification and checksum, TCP's sequence number, CWR only in the first, FIN and PSH only in the last, and the
 * transport checksum.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
public final class Segmenter {
    /** Trains that may wait for a flush. */
    private static final int TRAINS = 8;

    /** Payload of the longest UDP datagram, outer headers and some room taken off: a train leaves as one. */
    private static final int MAX_TRAIN_BYTES = 65_400;

    private static final int NO_FLAGS_IN_LATER = TcpHeader.CWR;
    private static final int NO_FLAGS_IN_EARLIER = TcpHeader.FIN | TcpHeader.PSH;

    private final Underlay underlay;
    private final SegmentTrain[] trains = new SegmentTrain[TRAINS];
    private int next;

    // The frame in hand; offsets are absolute in its memory.
    private int network;
    private int transport;
    private int payload;
    private boolean v4;
    private boolean tcp;
    private int pseudoHeader;
    private int networkSum;

    public Segmenter(Underlay underlay) {
        this.underlay = underlay;
        for (int i = 0; i < TRAINS; i++) {
            trains[i] = new SegmentTrain();
        }
    }

    /**
     * Sends a super-frame whose VXLAN header has been written in front of it.
     *
     * @param partialChecksum whether that header says that transport checksums are partial
     * @return null if all of it was taken by the underlay; otherwise why not
     */
    @Nullable
    DropReason send(VxlanTunnel tunnel, Frame frame, boolean partialChecksum, PortCounters account) {
        if (!findHeaders(frame)) {
            return DropReason.UNSEGMENTABLE;
        }
        int headerBytes = VxlanHeader.LENGTH_BYTES + payload - frame.start();
        int segmentBytes = frame.gsoSizeBytes();
        int perTrain = segmentsPerTrain(headerBytes + segmentBytes);
        int first = 0;
        for (int at = payload; at < frame.end(); at += perTrain * segmentBytes) {
            int end = Math.min(frame.end(), at + perTrain * segmentBytes);
            SegmentTrain train = take();
            train.fill(frame, headerBytes, segmentBytes, at, end, end == frame.end());
            for (int i = 0; i < train.count(); i++) {
                writeHeaders(frame, train, i, first + i, partialChecksum);
            }
            DropReason refused = underlay.send(tunnel.remote(), train, account);
            if (refused != null) {
                return refused;
            }
            first += train.count();
        }
        return null;
    }

    static int segmentsPerTrain(int datagramBytes) {
        return Math.min(SegmentTrain.MAX_SEGMENTS, MAX_TRAIN_BYTES / datagramBytes);
    }

    /** A train that nobody borrows any more. */
    private SegmentTrain take() {
        if (next == TRAINS) {
            underlay.flush();
            next = 0;
        }
        return trains[next++];
    }

    private boolean findHeaders(Frame frame) {
        ByteBuffer bytes = frame.bytes();
        int etherType = EthernetHeader.etherType(bytes, frame.start());
        network = frame.start() + EthernetHeader.LENGTH_BYTES;
        transport = frame.start() + frame.checksumStart();
        v4 = etherType == EthernetHeader.TYPE_IPV4;
        tcp = frame.gsoType() == VirtioNetHeader.GSO_TCPV4 || frame.gsoType() == VirtioNetHeader.GSO_TCPV6;
        boolean udp = frame.gsoType() == VirtioNetHeader.GSO_UDP_L4;
        int minNetwork = v4 ? Ipv4Header.MIN_LENGTH_BYTES : Ipv6Header.LENGTH_BYTES;
        int minTransport = tcp ? TcpHeader.MIN_LENGTH_BYTES : UdpHeader.LENGTH_BYTES;
        boolean ip = v4 || etherType == EthernetHeader.TYPE_IPV6;
        if (!ip || !(tcp || udp) || transport < network + minNetwork || transport + minTransport > frame.end()) {
            return false;
        }
        payload = transport + (tcp ? TcpHeader.headerLengthBytes(bytes, transport) : UdpHeader.LENGTH_BYTES);
        int headerBytes = VxlanHeader.LENGTH_BYTES + payload - frame.start();
        if (!frame.hasPartialChecksum()
                || frame.gsoSizeBytes() == 0
                || payload < transport + minTransport
                || payload >= frame.end()
                || headerBytes > SegmentTrain.STRIDE_BYTES
                || headerBytes + frame.gsoSizeBytes() > MAX_TRAIN_BYTES) {
            return false;
        }
        int addresses = v4 ? network + Ipv4Header.SOURCE : network + Ipv6Header.SOURCE;
        int addressBytes = v4 ? 8 : 32;
        int protocol = tcp ? IpProtocol.TCP : IpProtocol.UDP;
        pseudoHeader = InternetChecksum.sum(bytes, addresses, addressBytes, protocol);
        networkSum = v4 ? sumBesideLengthAndIdentification(bytes) : 0;
        return true;
    }

    /** What every segment's IPv4 header checksum has in common. */
    private int sumBesideLengthAndIdentification(ByteBuffer bytes) {
        int headerBytes = Ipv4Header.headerLengthBytes(bytes, network);
        int rest = InternetChecksum.sum(bytes, network + 6, headerBytes - 6, bytes.getShort(network) & 0xffff);
        return rest + (~Ipv4Header.checksum(bytes, network) & 0xffff);
    }

    private void writeHeaders(Frame frame, SegmentTrain train, int slot, int segment, boolean partialChecksum) {
        ByteBuffer bytes = train.headers();
        int vxlan = slot * SegmentTrain.STRIDE_BYTES;
        bytes.put(vxlan, frame.bytes(), frame.start() - VxlanHeader.LENGTH_BYTES, train.headerBytes());
        int toHeaders = vxlan + VxlanHeader.LENGTH_BYTES - frame.start();
        int ip = network + toHeaders;
        int l4 = transport + toHeaders;
        int end = payload + toHeaders + train.payloadBytes(slot);
        if (v4) {
            writeIpv4(bytes, ip, end - ip, segment);
        } else {
            Ipv6Header.setPayloadLengthBytes(bytes, ip, end - ip - Ipv6Header.LENGTH_BYTES);
        }
        boolean last = train.isLast() && slot == train.count() - 1;
        if (tcp) {
            writeTcp(bytes, l4, segment, segment * frame.gsoSizeBytes(), last);
        } else {
            UdpHeader.setLengthBytes(bytes, l4, end - l4);
        }
        writeChecksum(frame, train, slot, l4, end - l4, partialChecksum);
    }

    private void writeIpv4(ByteBuffer bytes, int ip, int lengthBytes, int segment) {
        int identification = Ipv4Header.identification(bytes, ip) + segment & 0xffff;
        bytes.putInt(ip + 2, lengthBytes << 16 | identification);
        int sum = InternetChecksum.fold(networkSum + lengthBytes + identification);
        bytes.putShort(ip + Ipv4Header.CHECKSUM, (short) ~sum);
    }

    private static void writeTcp(ByteBuffer bytes, int l4, int segment, int sequenceOffset, boolean last) {
        bytes.putInt(l4 + TcpHeader.SEQUENCE, TcpHeader.sequence(bytes, l4) + sequenceOffset);
        int flags = TcpHeader.flags(bytes, l4);
        flags &= segment > 0 ? ~NO_FLAGS_IN_LATER : ~0;
        flags &= last ? ~0 : ~NO_FLAGS_IN_EARLIER;
        bytes.put(l4 + TcpHeader.FLAGS, (byte) flags);
    }

    private void writeChecksum(
            Frame frame, SegmentTrain train, int slot, int l4, int lengthBytes, boolean partialChecksum) {
        ByteBuffer bytes = train.headers();
        int fieldOffset = tcp ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM;
        int pseudo = pseudoHeader + lengthBytes;
        if (partialChecksum) {
            bytes.putShort(l4 + fieldOffset, (short) InternetChecksum.fold(pseudo));
            return;
        }
        bytes.putShort(l4 + fieldOffset, (short) 0);
        int sum = InternetChecksum.sum(bytes, l4, payload - transport, pseudo);
        sum = InternetChecksum.sum(frame.bytes(), train.payloadOffset(slot), train.payloadBytes(slot), sum);
        TransportChecksum.put(bytes, l4 + fieldOffset, fieldOffset, sum);
    }
}
