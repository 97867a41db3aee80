package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.IpAddress;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tunnels of a node, found by the address of their other end. Immutable; no allocation on look-up. */
public final class Tunnels {
    public static final Tunnels NONE = new Tunnels(List.of());

    private final List<VxlanTunnel> all;
    private final @Nullable VxlanTunnel[] table;

    public Tunnels(Collection<VxlanTunnel> tunnels) {
        all = List.copyOf(tunnels);
        table = new VxlanTunnel[Integer.highestOneBit(Math.max(1, all.size())) * 4];
        int mask = table.length - 1;
        for (VxlanTunnel tunnel : all) {
            int slot = hash(tunnel.remote().high(), tunnel.remote().low()) & mask;
            while (table[slot] != null) {
                slot = (slot + 1) & mask;
            }
            table[slot] = tunnel;
        }
    }

    public List<VxlanTunnel> all() {
        return all;
    }

    /** The tunnel to the node with this underlay address, or null. */
    public @Nullable VxlanTunnel to(IpAddress node) {
        return to(node.high(), node.low());
    }

    /** The same by the halves of the address. */
    public @Nullable VxlanTunnel to(long high, long low) {
        int mask = table.length - 1;
        for (int slot = hash(high, low) & mask; ; slot = (slot + 1) & mask) {
            VxlanTunnel tunnel = table[slot];
            if (tunnel == null
                    || (tunnel.remote().low() == low && tunnel.remote().high() == high)) {
                return tunnel;
            }
        }
    }

    private static int hash(long high, long low) {
        return (int) (((low ^ Long.rotateLeft(high, 31)) * 0x9e37_79b9_7f4a_7c15L) >>> 40);
    }
}
