package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.IpProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which backends every node knows of, and which it has learned to be gone: by this it may choose, and by nothing else. */
final class BackendKnowledge {
    /** Shorter than an unanswered datagram's flow lives. */
    private static final long REMEMBERED_NANOS = 100_000_000_000L;

    /** A backend that a node has learned is none of a service's any more. */
    private record Removal(SimulatedNode node, String service, String server) {}

    private final List<SimulatedNode> nodes;
    private final Map<SimulatedNode, Map<String, Set<String>>> known = new HashMap<>();
    private final Map<Removal, Long> lastRemovals = new HashMap<>();
    private long removals;

    BackendKnowledge(List<SimulatedNode> nodes) {
        this.nodes = nodes;
    }

    /** How many removals have been noted so far. */
    long removals() {
        return removals;
    }

    /** Compares what every node knows with what it knew a step ago. */
    void noteRemovals() {
        for (SimulatedNode node : nodes) {
            Map<String, Set<String>> before = known.getOrDefault(node, Map.of());
            Map<String, Set<String>> now = backendsKnownTo(node);
            before.forEach((service, servers) -> servers.stream()
                    .filter(server -> !now.getOrDefault(service, Set.of()).contains(server))
                    .forEach(server -> lastRemovals.put(new Removal(node, service, server), ++removals)));
            known.put(node, now);
        }
    }

    /** Whether the node knows this address as a backend of some service of this protocol. */
    boolean isBackend(SimulatedNode node, int protocol, String address) {
        return node.worker().state().services().services().stream()
                .filter(service -> service.protocol() == protocol)
                .flatMap(service -> service.backends().stream())
                .anyMatch(backend -> backend.address().toString().equals(address));
    }

    /** Who may answer a packet of the flow that is sent now, by what the client's node knows now. */
    Set<String> allowedServers(ClientFlow flow, long nowNanos) {
        if (flow.service == null) {
            return Set.of(flow.target);
        }
        Set<String> present = backendsKnownTo(flow.client.node()).getOrDefault(flow.service, Set.of());
        flow.possibleServers.addAll(present);
        String server = flow.server;
        if (flow.protocol == IpProtocol.TCP) {
            return server == null ? Set.copyOf(flow.possibleServers) : Set.of(server);
        }
        boolean remembered = nowNanos - flow.lastSentNanos < REMEMBERED_NANOS;
        if (server != null && remembered && !hasBeenRemoved(flow, flow.service, server)) {
            return Set.of(server);
        }
        // Another may be chosen now, and is not known before it answers.
        flow.server = null;
        flow.chosenAtRemoval = removals;
        return present;
    }

    private boolean hasBeenRemoved(ClientFlow flow, String service, String server) {
        return lastRemovals.getOrDefault(new Removal(flow.client.node(), service, server), -1L) > flow.chosenAtRemoval;
    }

    private static Map<String, Set<String>> backendsKnownTo(SimulatedNode node) {
        return node.worker().state().services().services().stream()
                .collect(Collectors.toMap(
                        service -> service.name(),
                        service -> service.backends().stream()
                                .map(backend -> backend.address().toString())
                                .collect(Collectors.toSet())));
    }
}
