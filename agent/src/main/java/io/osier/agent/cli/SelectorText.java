package io.osier.agent.cli;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A label selector of a manifest as kubectl writes it: {@code app=web,!old,tier in (a,b)}, in the order of the keys. */
final class SelectorText {
    private SelectorText() {}

    /** {@code <none>} for one that asks for nothing. */
    static String of(JsonNode selector) {
        Map<String, String> requirements = new TreeMap<>(); // two of a key stay in their order
        selector.path("matchLabels").forEachEntry((key, value) -> add(requirements, key, key + "=" + value.asString()));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asString("");
            add(requirements, key, requirement(key, expression));
        }
        return requirements.isEmpty() ? "<none>" : String.join(",", requirements.values());
    }

    private static void add(Map<String, String> requirements, String key, String requirement) {
        requirements.merge(key, requirement, (one, other) -> one + "," + other);
    }

    private static String requirement(String key, JsonNode expression) {
        String values = expression
                .path("values")
                .valueStream()
                .map(JsonNode::asString)
                .sorted()
                .collect(Collectors.joining(",", "(", ")"));
        return switch (expression.path("operator").asString("")) {
            case "In" -> key + " in " + values;
            case "NotIn" -> key + " notin " + values;
            case "Exists" -> key;
            default -> "!" + key;
        };
    }
}
