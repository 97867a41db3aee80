package io.osier.dataplane.explain;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.service.AffinityTable;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.Worker;
import java.util.List;
import java.util.Map;

/**
 * A node as its worker sees it at a moment: what has to be known to forward as it would. Nobody changes it.
 *
 * @param ports those of its pods and host
 * @param mtuBytes of the tunnels, by node
 * @param affinity which backends clients were last given
 * @param nowNanos the moment, by the worker's clock
 */
public record NodeCopy(
        ForwardingState state,
        List<LocalPort> ports,
        Map<String, Integer> mtuBytes,
        AffinityTable affinity,
        long nowNanos) {
    /** To be asked on the worker's thread. */
    public static NodeCopy of(Worker worker) {
        return new NodeCopy(
                worker.state(), worker.localPorts(), worker.tunnelMtuBytes(), worker.affinity(), worker.nowNanos());
    }

    /**
     * Which of the service's backends a client gets because it had it, as session affinity wants it; −1 if any may be the next.
     *
     * @param service as {@link VirtualService#chosenFor} says
     */
    public int backendBefore(VirtualService service, IpAddress client) {
        return service.hasAffinity() ? affinity.lookup(service, client.high(), client.low(), nowNanos) : -1;
    }

    /** The same policy with counters of its own, so that nothing that is tried is counted. */
    ForwardingState uncounted() {
        List<VirtualService> services = state.services().services().stream()
                .map(VirtualService::uncounted)
                .toList();
        return state.withServices(ServiceTable.of(services));
    }
}
