package io.osier.agent.api.server;

import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Routes as trees for the answer, with the columns of {@code netstat}.
 *
 * @param hostDevice where the host is
 * @param tunnelDevice what the way to other nodes is called
 */
record RouteView(NodeSettings settings, String hostDevice, String tunnelDevice) {
    private static final int HOST_BITS = 32;

    /** The columns of {@code netstat -rn}. */
    ObjectNode ipv4(Route route) {
        Peer via = route.via();
        boolean host = route.destination().lengthBits() == HOST_BITS;
        ObjectNode told = ObjectRoutes.itemOf(route.destination().toString())
                .put("destination", route.destination().address().toString())
                .put("gateway", via == null ? "0.0.0.0" : via.underlay().toString())
                .put("genmask", IpAddress.v4(route.destination().v4Mask()).toString())
                .put("flags", flags(via) + (host ? "H" : ""))
                .put("mss", 0)
                .put("window", 0)
                .put("irtt", 0);
        return way(told, via);
    }

    /** The columns of {@code netstat -rn6}: where the pods with these IPv6 addresses are, which stand in IPv4 routes. */
    ObjectNode ipv6(Route route) {
        Peer via = route.via();
        IpPrefix destination = ranges().pods().of(route.destination());
        ObjectNode told = ObjectRoutes.itemOf(destination.toString())
                .put("destination", destination.toString())
                .put("nextHop", via == null ? "::" : via.underlay().toString())
                .put("flags", flags(via))
                .put("metric", 0)
                .put("ref", 0)
                .put("use", 0);
        return way(told, via);
    }

    private Ipv6Ranges ranges() {
        return Objects.requireNonNull(settings.ipv6(), "no IPv6 range");
    }

    private static String flags(@Nullable Peer via) {
        return via == null ? "U" : "UG";
    }

    private ObjectNode way(ObjectNode told, @Nullable Peer via) {
        return told.put("iface", via == null ? hostDevice : tunnelDevice)
                .put("node", via == null ? settings.nodeName() : via.name());
    }
}
