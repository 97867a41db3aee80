package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints a node prefers for its nearness: by the hints of slices, as kube-proxy does it, and by {@code
 * trafficDistribution}, for which Kubernetes' controller would have written hints that each endpoint is for its own node and zone.
 *
 * @param node the one that prefers
 * @param zones the zone of each node that has one
 */
record Topology(String node, Map<String, String> zones) {
    /** Of every node as it says itself. */
    static Topology of(String node, Collection<Node> nodes) {
        Map<String, String> zones = new HashMap<>();
        for (Node each : nodes) {
            String zone = each.metadata().labels().get(Node.ZONE);
            if (zone != null && !zone.isEmpty()) {
                zones.put(each.metadata().name(), zone);
            }
        }
        return new Topology(node, zones);
    }

    /** The nodes that are in another zone here than there. */
    Set<String> differences(Topology other) {
        Set<String> nodes = new HashSet<>(zones.keySet());
        nodes.addAll(other.zones.keySet());
        nodes.removeIf(each -> Objects.equals(zones.get(each), other.zones.get(each)));
        return nodes;
    }

    /**
     * Those that are meant for this node, else for its zone, if hints say so of all, and there are some. Where there are no hints
     * those of this node, else of its zone, if the service wants that and there are some. All if not, and all of those that are
     * leaving: they serve where nobody else does, whoever they were meant for. One endpoint of which it is not known where it is
     * makes the wish void: it would never be reached.
     *
     * @param distribution {@code PreferSameNode}, {@code PreferSameZone}, its old name {@code PreferClose}, or null
     */
    List<EndpointSelector.Endpoint> preferred(
            List<EndpointSelector.Endpoint> endpoints, @Nullable String distribution) {
        if (endpoints.stream().anyMatch(EndpointSelector.Endpoint::leaving)) {
            return endpoints;
        }
        if (endpoints.stream().anyMatch(Topology::isHinted)) {
            List<EndpointSelector.Endpoint> hinted = hinted(endpoints);
            return hinted.isEmpty() ? endpoints : hinted;
        }
        if (distribution == null) {
            return endpoints;
        }
        if (distribution.equals("PreferSameNode") && endpoints.stream().allMatch(each -> each.node() != null)) {
            List<EndpointSelector.Endpoint> here = those(endpoints, each -> node.equals(each.node()));
            if (!here.isEmpty()) {
                return here;
            }
        }
        String own = zones.get(node);
        if (own == null || !endpoints.stream().allMatch(each -> zoneOf(each) != null)) {
            return endpoints;
        }
        List<EndpointSelector.Endpoint> near = those(endpoints, each -> own.equals(zoneOf(each)));
        return near.isEmpty() ? endpoints : near;
    }

    private List<EndpointSelector.Endpoint> hinted(List<EndpointSelector.Endpoint> endpoints) {
        if (all(endpoints, hints -> !hints.forNodes().isEmpty())) {
            List<EndpointSelector.Endpoint> here = those(endpoints, each -> has(each, hints -> hints.isForNode(node)));
            if (!here.isEmpty()) {
                return here;
            }
        }
        String own = zones.get(node);
        return own != null && all(endpoints, hints -> !hints.forZones().isEmpty())
                ? those(endpoints, each -> has(each, hints -> hints.isForZone(own)))
                : List.of();
    }

    private static boolean isHinted(EndpointSelector.Endpoint endpoint) {
        return has(
                endpoint,
                hints -> !hints.forNodes().isEmpty() || !hints.forZones().isEmpty());
    }

    private static boolean all(List<EndpointSelector.Endpoint> endpoints, Predicate<EndpointSlice.Hints> what) {
        return endpoints.stream().allMatch(each -> has(each, what));
    }

    private static boolean has(EndpointSelector.Endpoint endpoint, Predicate<EndpointSlice.Hints> what) {
        EndpointSlice.Hints hints = endpoint.hints();
        return hints != null && what.test(hints);
    }

    private static List<EndpointSelector.Endpoint> those(
            List<EndpointSelector.Endpoint> endpoints, Predicate<EndpointSelector.Endpoint> which) {
        return endpoints.stream().filter(which).toList();
    }

    private @Nullable String zoneOf(EndpointSelector.Endpoint endpoint) {
        return endpoint.zone() != null || endpoint.node() == null ? endpoint.zone() : zones.get(endpoint.node());
    }
}
