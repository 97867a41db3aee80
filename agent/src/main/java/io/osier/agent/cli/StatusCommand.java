package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code osier status}. */
@Command(
        name = "status",
        description = "Shows a node, its peers, its lease and its dataplane.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier status", "  osier --node node-b status -o json"})
final class StatusCommand extends ApiCommand {
    /** RFC 8200, section 5. */
    private static final int MIN_IPV6_MTU_BYTES = 1_280;

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.ALL;
    }

    @Override
    int run(ApiClient agent) {
        JsonNode status = agent.get(nodePath("status", ""));
        print(options().output.write(status, this::text));
        return 0;
    }

    private String text(JsonNode status) {
        return options().output == OutputFormat.NAME ? "node/" + text(status, "node") + "\n" : table(status);
    }

    private static String table(JsonNode status) {
        JsonNode dataplane = status.path("dataplane");
        JsonNode balance = dataplane.path("balance");
        StringBuilder text = new StringBuilder();
        line(text, "Version", text(status, "version"));
        line(text, "Node", text(status, "node"));
        line(text, "Underlay", text(status, "underlay"));
        line(text, "Encapsulation", text(status, "encapsulation") + ", VNI " + text(status, "vni"));
        line(text, "PodMTU", text(status, "podMtuBytes"));
        line(text, "Offloads", offloads(status));
        if (status.has("tapCalls")) {
            line(text, "TapCalls", tapCalls(status));
        }
        text.append('\n');
        line(text, "Lease", text(status, "subnet") + " of " + text(status, "podRange"));
        line(text, "Lease6", lease6(status));
        if (status.has("leaseProblem")) {
            line(text, "LeaseProblem", text(status, "leaseProblem"));
        }
        line(text, "Gateway", text(status, "gateway"));
        line(text, "ServiceRange", text(status, "serviceRange"));
        if (status.has("serviceRange6")) {
            line(text, "ServiceRange6", text(status, "serviceRange6"));
        }
        line(text, "Store", text(status, "store"));
        store(text, status.path("storeAway"));
        text.append('\n');
        line(text, "Pods", text(dataplane, "pods"));
        line(text, "Services", text(dataplane, "services"));
        line(text, "Flows", text(dataplane, "flows"));
        line(text, "Generation", text(dataplane, "generation"));
        line(
                text,
                "Packets",
                "in " + text(balance, "in") + " = out " + text(balance, "out") + " + dropped "
                        + text(balance, "dropped") + " + held " + text(balance, "held"));
        text.append('\n');
        line(text, "Peers", Integer.toString(status.path("peers").size()));
        for (JsonNode peer : status.path("peers")) {
            line(
                    text,
                    text(peer, "name"),
                    (peer.path("ready").asBoolean(true) ? "" : "NOT READY (" + text(peer, "message") + "), ")
                            + text(peer, "address") + (peer.path("foreign").asBoolean() ? " (foreign)" : "") + ", "
                            + (peer.has("mtuBytes") ? "MTU " + text(peer, "mtuBytes") + ", " : "")
                            + (peer.path("remoteChecksum").asBoolean() ? "remote checksum, " : "")
                            + text(peer, "transmittedPackets") + " packets sent, " + text(peer, "receivedPackets")
                            + " received");
        }
        return text.toString();
    }

    private static String lease6(JsonNode status) {
        if (status.has("subnet6")) {
            return text(status, "subnet6") + " of " + text(status, "podRange6");
        }
        return status.path("podMtuBytes").asInt() < MIN_IPV6_MTU_BYTES
                ? "none: IPv6 needs a PodMTU of " + MIN_IPV6_MTU_BYTES
                : "none";
    }

    /** Plainly, for whoever wonders why nothing changes. */
    private static void store(StringBuilder text, JsonNode away) {
        if (away.isObject()) {
            line(text, "StoreAway", "since " + text(away, "since") + ": " + text(away, "reason"));
            line(
                    text,
                    "LastKnown",
                    "this node runs from its last known state of " + text(away, "lastKnown")
                            + "; nothing can be changed until the store is back");
        }
    }

    private static String offloads(JsonNode status) {
        StringJoiner offloads = new StringJoiner(" ");
        status.path("offloads").forEach(offload -> offloads.add(offload.asString()));
        return offloads.length() == 0 ? "none" : offloads.toString();
    }

    private static String tapCalls(JsonNode status) {
        String calls = text(status, "tapCalls");
        return calls.equals("single") ? "one a frame (no io_uring for TAPs here)" : calls;
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%16s: %s%n", name, value));
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
