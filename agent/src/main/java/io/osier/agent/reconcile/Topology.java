package io.osier.agent.reconcile;

import io.osier.agent.model.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints a node prefers for its nearness ({@code trafficDistribution}). Says what kube-proxy says of the hints that
 * Kubernetes' controller would have written: each endpoint is for its own node and zone.
 *
 * @param node the one that prefers
 * @param zones the zone of each node that has one
 */
record Topology(String node, Map<String, String> zones) {
    /** Of every node as it says itself. */
    static Topology of(String node, List<Node> nodes) {
        Map<String, String> zones = new HashMap<>();
        for (Node each : nodes) {
            String zone = each.metadata().labels().get(Node.ZONE);
            if (zone != null && !zone.isEmpty()) {
                zones.put(each.metadata().name(), zone);
            }
        }
        return new Topology(node, zones);
    }

    /**
     * Those of this node, else of its zone, if the service wants that and there are some; all if not. One endpoint of which it
     * is not known where it is makes the wish void: it would never be reached.
     *
     * @param distribution {@code PreferSameNode}, {@code PreferSameZone}, its old name {@code PreferClose}, or null
     */
    List<EndpointSelector.Endpoint> preferred(
            List<EndpointSelector.Endpoint> endpoints, @Nullable String distribution) {
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

    private static List<EndpointSelector.Endpoint> those(
            List<EndpointSelector.Endpoint> endpoints, Predicate<EndpointSelector.Endpoint> which) {
        return endpoints.stream().filter(which).toList();
    }

    private @Nullable String zoneOf(EndpointSelector.Endpoint endpoint) {
        return endpoint.zone() != null || endpoint.node() == null ? endpoint.zone() : zones.get(endpoint.node());
    }
}
