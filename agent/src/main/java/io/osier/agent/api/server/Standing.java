package io.osier.agent.api.server;

import io.osier.agent.model.Node;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreAbsence;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How a node stands to the others: what {@code status} says beside what the dataplane does. */
final class Standing {
    private final StateStore store;
    private final Supplier<String> leaseProblem;
    private final ClusterDirectory directory;

    Standing(StateStore store, Supplier<String> leaseProblem, ClusterDirectory directory) {
        this.store = store;
        this.leaseProblem = leaseProblem;
        this.directory = directory;
    }

    ObjectNode addTo(ObjectNode status) {
        String problem = leaseProblem.get();
        if (!problem.isEmpty()) {
            status.put("leaseProblem", problem);
        }
        store.absence().ifPresent(absence -> describe(absence, status.putObject("storeAway")));
        Map<String, Node> nodes = directory.nodes().stream()
                .collect(Collectors.toMap(node -> node.metadata().name(), Function.identity()));
        for (JsonNode peer : status.path("peers")) {
            Node node = nodes.get(peer.path("name").asString(""));
            if (node != null && peer instanceof ObjectNode entry) {
                entry.put("ready", Boolean.TRUE.equals(node.status().ready()));
                String reason = directory.whyNotReady(node);
                if (!reason.isEmpty()) {
                    entry.put("message", reason);
                }
            }
        }
        return status;
    }

    private static void describe(StoreAbsence absence, ObjectNode away) {
        away.put("since", absence.since().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("reason", absence.reason())
                .put(
                        "lastKnown",
                        absence.lastKnown().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
