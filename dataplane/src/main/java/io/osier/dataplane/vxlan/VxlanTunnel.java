package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
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
    private final PortId id;
    private final IpAddress remote;
    private final boolean foreign;
    private final int vni;
    private final Underlay underlay;
    private final PortCounters counters = new PortCounters();

    /**
     * @param nodeName the node at the other end
     * @param foreign whether no agent runs there
     */
    public VxlanTunnel(String nodeName, IpAddress remote, boolean foreign, int vni, Underlay underlay) {
        this.id = new PortId(PortKind.TUNNEL, nodeName);
        this.remote = remote;
        this.foreign = foreign;
        this.vni = vni;
        this.underlay = underlay;
    }

    public IpAddress remote() {
        return remote;
    }

    /** Whether the other end is no agent of ours: its MAC addresses follow no scheme. */
    public boolean isForeign() {
        return foreign;
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
        int start = frame.start() - VxlanHeader.LENGTH_BYTES;
        VxlanHeader.write(frame.bytes(), start, vni);
        return underlay.send(remote, frame, start, frame.length() + VxlanHeader.LENGTH_BYTES, counters);
    }

    /** Nothing to do: the underlay holds what is queued, for all tunnels at once. */
    @Override
    public void flush() {}
}
