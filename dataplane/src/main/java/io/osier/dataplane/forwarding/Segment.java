package io.osier.dataplane.forwarding;

import io.osier.dataplane.bridge.ForwardingDatabase;
import io.osier.dataplane.bridge.LocalAddresses;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.vxlan.Tunnels;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one Ethernet segment that all pods share, as this node sees it now: its own ports, the tunnels to the other nodes, and
 * who is behind which. Owned by the worker's thread, and read by everything that stands in the forwarding line.
 */
public final class Segment {
    private final ForwardingDatabase fdb;
    private final LocalAddresses addresses = new LocalAddresses();
    private ForwardingState state;
    private Tunnels tunnels = Tunnels.NONE;
    private Port[] localPorts = {};
    private long nowNanos;

    public Segment(ForwardingState state, ForwardingDatabase fdb) {
        this.state = state;
        this.fdb = fdb;
    }

    /** The policy that holds for the present batch. */
    public ForwardingState state() {
        return state;
    }

    public void adopt(ForwardingState state, Tunnels tunnels) {
        this.state = state;
        this.tunnels = tunnels;
    }

    public Tunnels tunnels() {
        return tunnels;
    }

    public ForwardingDatabase fdb() {
        return fdb;
    }

    public LocalAddresses addresses() {
        return addresses;
    }

    /** The ports of this node's pods and host; not to be changed. */
    public Port[] localPorts() {
        return localPorts;
    }

    public void addLocalPort(Port port) {
        localPorts = Arrays.copyOf(localPorts, localPorts.length + 1);
        localPorts[localPorts.length - 1] = port;
    }

    /** Forgets a port, local or tunnel, and whatever was behind it. */
    public void removePort(Port port) {
        localPorts = Arrays.stream(localPorts).filter(other -> other != port).toArray(Port[]::new);
        addresses.removePort(port);
        fdb.removePort(port);
    }

    /** The time of the present batch. */
    public long nowNanos() {
        return nowNanos;
    }

    public void setNowNanos(long nowNanos) {
        this.nowNanos = nowNanos;
    }

    /**
     * The port behind which a station is: pinned or learned, or computed from the address if it is a pod of another node.
     * Null if nobody is known to have it.
     */
    public @Nullable Port portOf(long mac) {
        Port known = fdb.lookup(mac, nowNanos);
        if (known != null) {
            return known;
        }
        return MacAddress.isPod(mac) ? tunnelTo((int) mac) : null;
    }

    /** Whether some node has been given this address to hand out, so that nobody else may use its MAC address. */
    public boolean isRouted(int v4Bits) {
        return state.routes().lookup(v4Bits) != null;
    }

    /** The tunnel to the node that has this pod, or null if it is no other node's. */
    public @Nullable VxlanTunnel tunnelTo(int v4Bits) {
        Route route = state.routes().lookup(v4Bits);
        Peer peer = route == null ? null : route.via();
        return peer == null ? null : tunnels.to(peer.underlay());
    }
}
