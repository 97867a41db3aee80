package io.osier.agent.cli;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** A network policy in words, line by line as kubectl has them; in addition, a range of ports is shown to its end. */
final class PolicyDescription {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss xx 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final StringBuilder text = new StringBuilder();

    static String of(JsonNode policy) {
        PolicyDescription description = new PolicyDescription();
        JsonNode metadata = policy.path("metadata");
        description.about(metadata);
        description.spec(policy.path("spec"));
        return description.text.toString();
    }

    private void about(JsonNode metadata) {
        line("Name:         " + string(metadata, "name"));
        line("Namespace:    " + string(metadata, "namespace"));
        line("Created on:   " + time(string(metadata, "creationTimestamp")));
        line("Labels:       " + column(metadata.path("labels"), "="));
        line("Annotations:  " + column(metadata.path("annotations"), ": "));
    }

    private static String time(String timestamp) {
        try {
            return TIME.format(Instant.parse(timestamp));
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
    }

    /** Below each other, behind the labels of the other lines. */
    private static String column(JsonNode map, String between) {
        List<String> pairs = new ArrayList<>();
        map.forEachEntry((key, value) -> pairs.add(key + between + value.asString()));
        return pairs.isEmpty() ? "<none>" : String.join("\n" + " ".repeat(14), pairs);
    }

    private void spec(JsonNode spec) {
        List<String> types = texts(spec.path("policyTypes"));
        String selector = SelectorText.of(spec.path("podSelector"));
        boolean all = selector.equals("<none>");
        line("Spec:");
        line("  PodSelector:     " + selector
                + (all ? " (Allowing the specific traffic to all pods in this namespace)" : ""));
        if (types.contains("Ingress")) {
            line("  Allowing ingress traffic:");
            rules(spec.path("ingress"), "from", "<none> (Selected pods are isolated for ingress connectivity)");
        } else {
            line("  Not affecting ingress traffic");
        }
        if (types.contains("Egress")) {
            line("  Allowing egress traffic:");
            rules(spec.path("egress"), "to", "<none> (Selected pods are isolated for egress connectivity)");
        } else {
            line("  Not affecting egress traffic");
        }
        line("  Policy Types: " + String.join(", ", types));
    }

    private void rules(JsonNode rules, String peersField, String none) {
        if (rules.isEmpty()) {
            line("    " + none);
        }
        for (int i = 0; i < rules.size(); i++) {
            if (i > 0) {
                line("    ----------");
            }
            ports(rules.get(i).path("ports"));
            peers(rules.get(i).path(peersField), peersField.equals("from"));
        }
    }

    private void ports(JsonNode ports) {
        if (ports.isEmpty()) {
            line("    To Port: <any> (traffic allowed to all ports)");
        }
        for (JsonNode port : ports) {
            String end = port.has("endPort") ? "-" + string(port, "endPort") : "";
            line("    To Port: " + port.path("port").asString("<any>") + end + "/"
                    + port.path("protocol").asString("TCP"));
        }
    }

    private void peers(JsonNode peers, boolean from) {
        String word = from ? "From:" : "To:";
        if (peers.isEmpty()) {
            line("    " + word + " <any> (traffic not restricted by " + (from ? "source)" : "destination)"));
        }
        for (JsonNode peer : peers) {
            line("    " + word);
            if (peer.has("namespaceSelector")) {
                line("      NamespaceSelector: " + SelectorText.of(peer.path("namespaceSelector")));
            }
            if (peer.has("podSelector")) {
                line("      PodSelector: " + SelectorText.of(peer.path("podSelector")));
            }
            if (peer.has("ipBlock")) {
                JsonNode block = peer.path("ipBlock");
                line("      IPBlock:");
                line("        CIDR: " + string(block, "cidr"));
                line("        Except: " + String.join(", ", texts(block.path("except"))));
            }
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private static String string(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
