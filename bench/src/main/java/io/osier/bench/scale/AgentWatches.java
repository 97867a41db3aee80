package io.osier.bench.scale;

import io.osier.agent.store.Keys;
import java.util.List;

/** What an agent watches. */
final class AgentWatches {
    /** Those of its {@code ClusterCache}. */
    static final List<String> CACHE =
            List.of(Keys.NODES, Keys.PODS, Keys.SERVICES, Keys.ENDPOINTS, Keys.ENDPOINT_SLICES, Keys.NETWORK_POLICIES);
    /** Those of its {@code RememberedStore}, which asks etcd for these whether or not somebody else does. */
    static final List<String> REMEMBERED = List.of(Keys.NODES, Keys.LEASES, "cluster");

    private AgentWatches() {}
}
