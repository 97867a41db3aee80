package io.osier.dataplane.explain;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.Worker;
import java.util.List;
import java.util.Map;

/**
 * A node as its worker sees it at a moment: what has to be known to forward as it would. Immutable.
 *
 * @param ports those of its pods and host
 * @param mtuBytes of the tunnels, by node
 */
public record NodeCopy(ForwardingState state, List<LocalPort> ports, Map<String, Integer> mtuBytes) {
    /** To be asked on the worker's thread. */
    public static NodeCopy of(Worker worker) {
        return new NodeCopy(worker.state(), worker.localPorts(), worker.tunnelMtuBytes());
    }

    /** The same policy with counters of its own, so that nothing that is tried is counted. */
    ForwardingState uncounted() {
        List<VirtualService> services = state.services().services().stream()
                .map(VirtualService::uncounted)
                .toList();
        return state.withServices(ServiceTable.of(services));
    }
}
