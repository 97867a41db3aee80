package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.List;

/** The cluster's objects, and what has changed of them since somebody last asked. Owned by whoever holds the cache's lock. */
final class CachedCluster {
    final CachedObjects<Node> nodes = new CachedObjects<>();
    final CachedObjects<Pod> pods = new CachedObjects<>();
    final CachedObjects<Service> services = new CachedObjects<>();
    final CachedObjects<Endpoints> endpoints = new CachedObjects<>();
    final CachedObjects<EndpointSlice> slices = new CachedObjects<>();
    final CachedObjects<NetworkPolicy> policies = new CachedObjects<>();
    private boolean begins = true;

    /** Everything as it is now. */
    ClusterState state() {
        return new ClusterState(
                List.copyOf(nodes.all()),
                List.copyOf(pods.all()),
                List.copyOf(services.all()),
                List.copyOf(endpoints.all()),
                List.copyOf(slices.all()),
                List.copyOf(policies.all()));
    }

    /** What has changed since this was last asked; at first all that there is. */
    ClusterChange takeChanges() {
        boolean beginning = begins;
        begins = false;
        return new ClusterChange(
                beginning,
                nodes.takeChanges(),
                pods.takeChanges(),
                services.takeChanges(),
                endpoints.takeChanges(),
                slices.takeChanges(),
                policies.takeChanges());
    }

    /** Whoever took changes has lost them: what is taken next is all that there is. */
    void beginAgain() {
        begins = true;
        List.of(nodes, pods, services, endpoints, slices, policies).forEach(CachedObjects::begin);
    }
}
