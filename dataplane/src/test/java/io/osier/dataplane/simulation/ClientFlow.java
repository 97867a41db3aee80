package io.osier.dataplane.simulation;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's port that talks to one target, and what the simulation has seen of it. */
final class ClientFlow {
    final SimulatedPod client;
    final int port;
    final int protocol;
    final String target;
    final int targetPort;
    /** The service's name; null for a flow straight to a pod. */
    final @Nullable String service;
    /** Every backend that a repeated SYN may have gone to. */
    final Set<String> possibleServers = new HashSet<>();
    /** Who has answered; null for nobody yet. */
    @Nullable
    String server;

    long lastSentNanos;
    /** How many removals of backends there had been when the flow's backend was last chosen. */
    long chosenAtRemoval;

    ClientFlow(
            SimulatedPod client,
            int port,
            int protocol,
            String target,
            int targetPort,
            @Nullable String service,
            long chosenAtRemoval) {
        this.client = client;
        this.port = port;
        this.protocol = protocol;
        this.target = target;
        this.targetPort = targetPort;
        this.service = service;
        this.chosenAtRemoval = chosenAtRemoval;
    }
}
