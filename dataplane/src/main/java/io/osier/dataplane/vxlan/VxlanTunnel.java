package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.TransportChecksum;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import org.jspecify.annotations.Nullable;

/**
 * The port to one other node. What is transmitted gets a VXLAN header in the frame's headroom and leaves by the underlay;
 * what arrives comes through {@link TunnelReceiver}, because all nodes share one socket.
 */
public final class VxlanTunnel implements Port {
    /** Outer IP, UDP and VXLAN headers and the inner Ethernet header. */
    private static final int IPV4_OVERHEAD_BYTES = 50;

    private static final int IPV6_OVERHEAD_BYTES = 70;

    /** What every IPv4 path takes (RFC 791, section 3.2): less is not believed. */
    private static final int MIN_MTU_BYTES = 68;

    private final PortId id;
    private final IpAddress remote;
    private final boolean foreign;
    private final boolean remoteChecksum;
    private final int vni;
    private final Underlay underlay;
    private final Segmenter segmenter;
    private final PortCounters counters = new PortCounters();
    private int announcedMtuBytes;
    private int pathMtuBytes;
    private int mtuBytes = NO_LIMIT;

    /**
     * @param nodeName the node at the other end
     * @param foreign whether no agent runs there
     * @param remoteChecksum whether that end takes packets with partial checksums that the header tells of
     * @param segmenter cuts super-frames for all tunnels on this underlay
     */
    public VxlanTunnel(
            String nodeName,
            IpAddress remote,
            boolean foreign,
            boolean remoteChecksum,
            int vni,
            Underlay underlay,
            Segmenter segmenter) {
        this.id = new PortId(PortKind.TUNNEL, nodeName);
        this.remote = remote;
        this.foreign = foreign;
        this.remoteChecksum = remoteChecksum;
        this.vni = vni;
        this.underlay = underlay;
        this.segmenter = segmenter;
    }

    /** How many segments of packets of this size leave as one: what senders should put into a super-frame at most. */
    public static int maxSegments(int mtuBytes) {
        return Segmenter.segmentsPerTrain(VxlanHeader.LENGTH_BYTES + EthernetHeader.LENGTH_BYTES + mtuBytes);
    }

    /** How much longer a packet is in a tunnel to this address. */
    public static int overheadBytes(IpAddress remote) {
        return remote.isV4() ? IPV4_OVERHEAD_BYTES : IPV6_OVERHEAD_BYTES;
    }

    /**
     * The longest IP packet that fits through the tunnel: the least of what the other end has announced and what the path to
     * it takes.
     */
    @Override
    public int mtuBytes() {
        return mtuBytes;
    }

    /** The other end takes IP packets of up to this length, or has not said so: 0. */
    public void setAnnouncedMtuBytes(int announced) {
        announcedMtuBytes = announced;
        limit();
    }

    /** Asks the underlay again what the path takes. */
    public void refreshMtu() {
        pathMtuBytes = underlay.mtuBytes(remote);
        limit();
    }

    private void limit() {
        int ofPath = pathMtuBytes <= 0 ? NO_LIMIT : pathMtuBytes - overheadBytes(remote);
        int ofNode = announcedMtuBytes <= 0 ? NO_LIMIT : announcedMtuBytes;
        mtuBytes = Math.max(MIN_MTU_BYTES, Math.min(ofPath, ofNode));
    }

    public IpAddress remote() {
        return remote;
    }

    /** Whether the other end is no agent of ours: its MAC addresses follow no scheme. */
    public boolean isForeign() {
        return foreign;
    }

    /** Whether both ends have agreed on remote checksum offload. */
    public boolean hasRemoteChecksum() {
        return remoteChecksum;
    }

    public int vni() {
        return vni;
    }

    @Override
    public PortId id() {
        return id;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    /** Always 0: {@link TunnelReceiver} hands out what arrives. */
    @Override
    public int receive(FrameBatch batch) {
        batch.setSize(0);
        return 0;
    }

    @Override
    public @Nullable DropReason transmit(Frame frame) {
        if (frame.tail().count() > 0) {
            return DropReason.TUNNEL_TO_TUNNEL; // only what came from a tunnel is in several pieces
        }
        boolean partial = writeHeader(frame);
        if (frame.gsoType() != VirtioNetHeader.GSO_NONE) {
            return segmenter.send(this, frame, partial, counters);
        }
        int start = frame.start() - VxlanHeader.LENGTH_BYTES;
        return underlay.send(remote, frame, start, frame.length() + VxlanHeader.LENGTH_BYTES, counters);
    }

    /** Writes the header in front of the frame; true if it leaves the transport checksum to the other end. */
    private boolean writeHeader(Frame frame) {
        int header = frame.start() - VxlanHeader.LENGTH_BYTES;
        if (remoteChecksum
                && frame.hasPartialChecksum()
                && VxlanHeader.canTellChecksum(frame.checksumStart(), frame.checksumOffset())) {
            VxlanHeader.writeWithChecksum(frame.bytes(), header, vni, frame.checksumStart(), frame.checksumOffset());
            return true;
        }
        VxlanHeader.write(frame.bytes(), header, vni);
        if (frame.gsoType() == VirtioNetHeader.GSO_NONE) {
            TransportChecksum.complete(frame);
        }
        return false;
    }

    /** Nothing to do: the underlay holds what is queued, for all tunnels at once. */
    @Override
    public void flush() {}
}
