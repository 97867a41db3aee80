package io.osier.agent.reconcile;

import io.osier.agent.model.Node;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all nodes together say to one of them. There are some thousands at most, and they seldom change, so that this is made
 * anew when one does.
 *
 * @param peers all other nodes that have said where they are, by name
 * @param routes to the subnets, in the order of nodes' names; of two with one destination the later counts
 * @param bySubnet the same as a table
 * @param own this node's other addresses, by what it has said of itself
 * @param others the addresses of the other nodes
 */
record NodeTables(
        Map<String, Peer> peers,
        List<Route> routes,
        PodRoutes bySubnet,
        List<IpAddress> own,
        Set<IpAddress> others,
        Topology topology) {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTables.class);

    /** @param nodes in the order of their names */
    static NodeTables of(NodeSettings settings, Collection<Node> nodes) {
        Map<String, Peer> peers = new TreeMap<>();
        List<Route> routes = new ArrayList<>(List.of(new Route(settings.subnet(), null)));
        List<IpAddress> own = new ArrayList<>();
        for (Node node : nodes) {
            try {
                if (node.metadata().name().equals(settings.nodeName())) {
                    node.status().addresses().forEach(each -> own.add(IpAddress.parse(each.address())));
                } else if (!node.status().addresses().isEmpty()) {
                    Peer peer = peerOf(settings, node);
                    peers.put(peer.name(), peer);
                    addRoutes(node, peer, routes);
                }
            } catch (RuntimeException e) {
                // One that has not said where it is cannot be reached; that must not keep others from being.
                LOG.warn("node {} is passed over: {}", node.metadata().name(), e.getMessage());
            }
        }
        Set<IpAddress> others = peers.values().stream().map(Peer::underlay).collect(Collectors.toSet());
        return new NodeTables(
                peers, routes, PodRoutes.of(routes), own, others, Topology.of(settings.nodeName(), nodes));
    }

    private static Peer peerOf(NodeSettings settings, Node node) {
        Integer mtuBytes = node.status().podMtuBytes();
        return new Peer(
                node.metadata().name(),
                IpAddress.parse(node.underlayAddress()),
                node.spec().foreign(),
                settings.remoteChecksum() && node.status().features().contains(Node.Status.REMOTE_CHECKSUM),
                mtuBytes == null ? 0 : mtuBytes);
    }

    private static void addRoutes(Node node, Peer peer, List<Route> routes) {
        for (String subnet : node.spec().podCIDRs()) {
            IpPrefix prefix = IpPrefix.parse(subnet);
            if (prefix.address().isV4()) {
                routes.add(new Route(prefix, peer));
            }
        }
    }
}
