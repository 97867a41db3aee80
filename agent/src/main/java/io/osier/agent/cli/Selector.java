package io.osier.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** Picks objects by their labels, as {@code -l} of kubectl does: {@code app=web,tier!=db,canary,!old}. */
final class Selector {
    private final List<Predicate<JsonNode>> wishes = new ArrayList<>();

    private final String command;

    /** Reads what stood behind each {@code -l}. */
    Selector(String command, List<String> texts) {
        this.command = command;
        for (String text : texts) {
            for (String wish : text.split(",", -1)) {
                wishes.add(parse(wish.strip()));
            }
        }
    }

    /** Whether an object has all the labels; every object has if none are asked for. */
    boolean picks(JsonNode object) {
        JsonNode labels = object.path("metadata").path("labels");
        return wishes.stream().allMatch(wish -> wish.test(labels));
    }

    private Predicate<JsonNode> parse(String wish) {
        int equals = wish.indexOf('=');
        if (equals < 0) {
            boolean absent = wish.startsWith("!");
            String key = checked(absent ? wish.substring(1) : wish, wish);
            return labels -> labels.has(key) != absent;
        }
        boolean other = equals > 0 && wish.charAt(equals - 1) == '!';
        String key = checked(wish.substring(0, other ? equals - 1 : equals), wish);
        // Both = and == say the same.
        String value = wish.substring(wish.startsWith("=", equals + 1) ? equals + 2 : equals + 1);
        return labels -> (labels.has(key) && labels.path(key).asString("").equals(value)) != other;
    }

    private String checked(String key, String wish) {
        if (key.isEmpty() || key.chars().anyMatch(letter -> letter == ' ' || letter == '(' || letter == '!')) {
            throw CliException.usage(command + ": -l \"" + wish + "\": write K=V, K!=V, K or !K, with commas between");
        }
        return key;
    }
}
