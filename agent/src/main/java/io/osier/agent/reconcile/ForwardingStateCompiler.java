package io.osier.agent.reconcile;

import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.ServiceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Turns the cluster's state into what one node forwards by. A pure function of its arguments: the same state gives the same
 * tables on every node, but for the routes, which are told from where the node stands. Remembers what it has compiled, so that
 * a small change to a large cluster takes little time; one thread at a time.
 */
public final class ForwardingStateCompiler {
    private final NodeSettings settings;
    private final ServiceCompiler services;

    /** @param seenAddresses those under which others may see the node, as they are when it is asked */
    public ForwardingStateCompiler(NodeSettings settings, Supplier<Set<IpAddress>> seenAddresses) {
        this.settings = settings;
        this.services = new ServiceCompiler(settings, seenAddresses);
    }

    /** Of a node that is seen under the addresses alone which the cluster knows of it. */
    public ForwardingStateCompiler(NodeSettings settings) {
        this(settings, Set::of);
    }

    /**
     * Compiles a state.
     *
     * @param earlier the state before; services that have not changed keep their counters
     */
    public ForwardingState compile(ClusterState cluster, long generation, ServiceTable earlier) {
        Map<String, Peer> peers = new HashMap<>();
        List<Route> routes = new ArrayList<>(List.of(new Route(settings.subnet(), null)));
        for (Node node : cluster.nodes()) {
            // One that has not said where it is cannot be reached; that must not keep others from being.
            boolean located = !node.status().addresses().isEmpty();
            if (located && !node.metadata().name().equals(settings.nodeName())) {
                addPeer(node, peers, routes);
            }
        }
        PodRoutes bySubnet = PodRoutes.of(routes);
        for (Pod pod : cluster.pods()) {
            addStrayPod(pod, peers, bySubnet, routes);
        }
        PodRoutes podRoutes = PodRoutes.of(routes);
        return new ForwardingState(
                generation,
                settings.nodeName(),
                settings.gateway(),
                settings.podRange(),
                settings.serviceRange(),
                settings.ipv6(),
                peers.values().stream()
                        .sorted((a, b) -> a.name().compareTo(b.name()))
                        .toList(),
                podRoutes,
                ServiceTable.of(services.compile(cluster, podRoutes), earlier, services.instances(cluster)));
    }

    /** What load balancers may ask this node about the services that were compiled last. */
    List<HealthCheck> healthChecks() {
        return services.healthChecks();
    }

    private void addPeer(Node node, Map<String, Peer> peers, List<Route> routes) {
        Integer mtuBytes = node.status().podMtuBytes();
        Peer peer = new Peer(
                node.metadata().name(),
                IpAddress.parse(node.underlayAddress()),
                node.spec().foreign(),
                settings.remoteChecksum() && node.status().features().contains(Node.Status.REMOTE_CHECKSUM),
                mtuBytes == null ? 0 : mtuBytes);
        peers.put(peer.name(), peer);
        for (String subnet : node.spec().podCIDRs()) {
            IpPrefix prefix = IpPrefix.parse(subnet);
            if (prefix.address().isV4()) {
                routes.add(new Route(prefix, peer));
            }
        }
    }

    /** A pod whose address is outside its node's subnet gets an entry of its own. */
    private void addStrayPod(Pod pod, Map<String, Peer> peers, PodRoutes bySubnet, List<Route> routes) {
        String address = pod.status().podIP();
        String node = pod.spec().nodeName();
        if (address == null || node == null) {
            return;
        }
        Peer peer = peers.get(node);
        if (peer == null && !node.equals(settings.nodeName())) {
            return;
        }
        IpAddress parsed = IpAddress.parse(address);
        if (!parsed.isV4()) {
            return;
        }
        Route covering = bySubnet.lookup(parsed.v4Bits());
        if (covering == null || !Objects.equals(covering.via(), peer)) {
            routes.add(new Route(IpPrefix.of(parsed), peer));
        }
    }
}
