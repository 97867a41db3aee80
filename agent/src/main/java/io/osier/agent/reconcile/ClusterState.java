package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.List;

/** Everything in the store that decides where packets go, as it was at one moment; each list in the order of its keys. */
public record ClusterState(
        List<Node> nodes,
        List<Pod> pods,
        List<Service> services,
        List<Endpoints> endpoints,
        List<EndpointSlice> slices,
        List<NetworkPolicy> policies) {
    public static final ClusterState EMPTY =
            new ClusterState(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public ClusterState {
        nodes = List.copyOf(nodes);
        pods = List.copyOf(pods);
        services = List.copyOf(services);
        endpoints = List.copyOf(endpoints);
        slices = List.copyOf(slices);
        policies = List.copyOf(policies);
    }
}
