package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.List;

/**
 * What makes one state of the cluster another. No two objects of a state have the same kind, namespace and name.
 *
 * @param begins whether nothing that was known before counts any more: all objects that there are have appeared
 */
public record ClusterChange(
        boolean begins,
        List<Change<Node>> nodes,
        List<Change<Pod>> pods,
        List<Change<Service>> services,
        List<Change<Endpoints>> endpoints,
        List<Change<EndpointSlice>> slices,
        List<Change<NetworkPolicy>> policies) {
    /** All of it as if nothing had been before. */
    public static ClusterChange beginning(ClusterState state) {
        return new ClusterChange(
                true,
                appeared(state.nodes()),
                appeared(state.pods()),
                appeared(state.services()),
                appeared(state.endpoints()),
                appeared(state.slices()),
                appeared(state.policies()));
    }

    private static <T> List<Change<T>> appeared(List<T> objects) {
        return objects.stream().map(Change::appeared).toList();
    }
}
