package io.osier.agent.scenario;

import io.osier.agent.scenario.DrawnService.Condition;
import io.osier.agent.scenario.DrawnService.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which endpoints of a service kube-proxy uses on a node (kubernetes 1.34, pkg/proxy/topology.go). It goes by hints alone; where a
 * slice has none they are those that Kubernetes' controller writes into slices for {@code trafficDistribution}
 * (staging/src/k8s.io/endpointslice/trafficdist): of ready endpoints, each for its own zone, and its node if that is asked for.
 */
final class KubeProxyEndpoints {
    private final DrawnService service;
    private final Station node;

    /** Whether whoever wrote the slice said whom endpoints are for. */
    private final boolean hinted;

    KubeProxyEndpoints(DrawnService service, Station node) {
        this.service = service;
        this.node = node;
        this.hinted = service.endpoints().values().stream()
                .anyMatch(endpoint -> endpoint.condition() == Condition.READY && endpoint.isHinted());
    }

    /** For traffic that is kept to the node: ready ones, and without any those that are leaving and still serve. */
    List<Station> here() {
        List<Station> ready = those(Condition.READY, station -> station.node() == node);
        return ready.isEmpty() ? those(Condition.LEAVING, station -> station.node() == node) : ready;
    }

    /** For all other traffic: the ready ones that are for this node, else for its zone, else all; without any, all that are leaving. */
    List<Station> anywhere() {
        List<Station> ready = those(Condition.READY, station -> true);
        if (ready.isEmpty()) {
            return those(Condition.LEAVING, station -> true);
        }
        List<Station> forNode = meant(ready, this::forNode, node.label);
        if (!forNode.isEmpty()) {
            return forNode;
        }
        List<Station> forZone = meant(ready, this::forZone, node.zone());
        return forZone.isEmpty() ? ready : forZone;
    }

    /** Nobody, if one of them has no such hint. */
    private static List<Station> meant(List<Station> ready, Function<Station, String> hint, String here) {
        return ready.stream().anyMatch(station -> hint.apply(station).isEmpty())
                ? List.of()
                : ready.stream()
                        .filter(station -> hint.apply(station).equals(here))
                        .toList();
    }

    private String forNode(Station station) {
        return hinted
                ? endpoint(station).forNode()
                : service.distribution().equals("PreferSameNode") ? station.node().label : "";
    }

    private String forZone(Station station) {
        return hinted
                ? endpoint(station).forZone()
                : service.distribution().isEmpty() ? "" : endpoint(station).zoneAt(station);
    }

    private Endpoint endpoint(Station station) {
        return Objects.requireNonNull(service.endpoints().get(station));
    }

    private List<Station> those(Condition condition, Predicate<Station> which) {
        return service.endpoints().entrySet().stream()
                .filter(entry -> entry.getValue().condition() == condition && which.test(entry.getKey()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
