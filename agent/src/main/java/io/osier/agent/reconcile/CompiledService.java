package io.osier.agent.reconcile;

import io.osier.dataplane.service.VirtualService;
import java.util.List;
import java.util.Set;

/**
 * A service as it was compiled, and what it was compiled by besides itself and what stands behind it.
 *
 * @param result one for each address and port that it is reached at
 * @param localEndpoints those on this node that take new connections
 * @param blocks of IPv4 addresses in which its endpoints are: it asks for routes there
 * @param nodes whose zones it asks for
 */
record CompiledService(List<VirtualService> result, int localEndpoints, Set<Integer> blocks, Set<String> nodes) {}
