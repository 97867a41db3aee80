package io.osier.agent.reconcile;

import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where pods are: each node has a route for its subnets, and a pod whose address is outside of its node's has one of its own.
 * Remembers all nodes and pods, so that a change asks few of them again. Owned by one thread.
 */
final class RouteCompiler {
    private static final Comparator<Pod> IN_ORDER = Comparator.<Pod, String>comparing(
                    pod -> EndpointSelector.namespaceOf(pod.metadata()))
            .thenComparing(pod -> pod.metadata().name());

    private final NodeSettings settings;
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Grouped<String, Pod> byNode = new Grouped<>(new HashMap<>(), IN_ORDER);
    private final AddressBlocks<Pod> byAddress = new AddressBlocks<>(IN_ORDER);
    private final Map<String, Route> strays = new TreeMap<>(); // by pod
    private NodeTables tables;
    private List<Peer> peers = List.of();
    private PodRoutes routes;

    RouteCompiler(NodeSettings settings) {
        this.settings = settings;
        tables = NodeTables.of(settings, List.of());
        routes = tables.bySubnet();
    }

    /** Takes in what has become of nodes and pods. */
    void take(ClusterChange change) {
        boolean changed = takeNodes(change.nodes());
        for (Change<Pod> each : change.pods()) {
            changed |= take(each);
        }
        if (changed) {
            List<Route> all = new ArrayList<>(tables.routes());
            all.addAll(strays.values());
            routes = PodRoutes.of(all);
        }
    }

    /** The same object as long as nothing of nodes changes it. */
    NodeTables tables() {
        return tables;
    }

    /** All other nodes, by name; the same object as long as they are. */
    List<Peer> peers() {
        return peers;
    }

    /** The same object as long as they are. */
    PodRoutes routes() {
        return routes;
    }

    private boolean takeNodes(List<Change<Node>> changes) {
        if (changes.isEmpty()) {
            return false;
        }
        changes.forEach(each -> each.replace(
                before -> nodes.remove(before.metadata().name()),
                after -> nodes.put(after.metadata().name(), after)));
        NodeTables earlier = tables;
        tables = NodeTables.of(settings, nodes.values());
        List<IpPrefix> moved = RouteDifference.of(earlier.bySubnet(), tables.bySubnet(), Route::equals);
        if (moved.isEmpty() && earlier.peers().equals(tables.peers())) {
            return false;
        }
        peers = List.copyOf(tables.peers().values());
        moved.forEach(range -> byAddress.forEachNear(range, this::place));
        Set<String> either = new HashSet<>(earlier.peers().keySet());
        either.addAll(tables.peers().keySet());
        for (String node : either) {
            if (!Objects.equals(earlier.peers().get(node), tables.peers().get(node))) {
                byNode.of(node).forEach(this::place);
            }
        }
        return true;
    }

    private boolean take(Change<Pod> change) {
        Pod before = change.before();
        Pod after = change.after();
        if (before != null) {
            index(before, byAddress::remove, byNode::remove);
        }
        if (after != null) {
            index(after, byAddress::add, byNode::add);
            return place(after);
        }
        return before != null && strays.remove(keyOf(before)) != null;
    }

    private interface Step<K> {
        void take(K group, Pod pod);
    }

    private static void index(Pod pod, Step<Integer> byAddress, Step<String> byNode) {
        String node = pod.spec().nodeName();
        IpAddress address = node == null ? null : addressOf(pod);
        if (address != null && node != null) {
            byAddress.take(AddressBlocks.blockOf(address.v4Bits()), pod);
            byNode.take(node, pod);
        }
    }

    /** Sees whether a pod needs a route of its own; returns whether that is news. */
    private boolean place(Pod pod) {
        Route route = strayRoute(pod);
        String key = keyOf(pod);
        return !Objects.equals(route, route == null ? strays.remove(key) : strays.put(key, route));
    }

    private @Nullable Route strayRoute(Pod pod) {
        String node = pod.spec().nodeName();
        IpAddress address = node == null ? null : addressOf(pod);
        if (address == null || node == null) {
            return null;
        }
        Peer peer = tables.peers().get(node);
        if (peer == null && !node.equals(settings.nodeName())) {
            return null;
        }
        Route covering = tables.bySubnet().lookup(address.v4Bits());
        return covering != null && Objects.equals(covering.via(), peer) ? null : new Route(IpPrefix.of(address), peer);
    }

    private static @Nullable IpAddress addressOf(Pod pod) {
        String address = pod.status().podIP();
        IpAddress parsed = address == null ? null : IpAddress.parse(address);
        return parsed != null && parsed.isV4() ? parsed : null;
    }

    private static String keyOf(Pod pod) {
        return EndpointSources.keyOf(pod.metadata());
    }
}
