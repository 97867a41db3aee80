package io.osier.agent.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Picks objects by their labels, as {@code -l} of kubectl does: {@code app=web,tier!=db,zone in (a,b),canary,!old}. */
final class Selector {
    /** Commas in parentheses belong to a set. */
    private static final Pattern COMMA = Pattern.compile(",(?![^()]*\\))");

    private static final String KEY = "([A-Za-z0-9][-A-Za-z0-9_./]*)";
    private static final Pattern PRESENT = Pattern.compile("(!?)\\s*" + KEY);
    private static final Pattern EQUAL = Pattern.compile(KEY + "\\s*(!=|==?)\\s*([-A-Za-z0-9_.]*)");
    private static final Pattern SET = Pattern.compile(KEY + "\\s+(in|notin)\\s*\\(([-A-Za-z0-9_.,\\s]*)\\)");

    private final List<Predicate<JsonNode>> wishes = new ArrayList<>();

    /** Reads what stood behind each {@code -l} of a command. */
    Selector(String command, List<String> texts) {
        for (String text : texts) {
            for (String wish : COMMA.split(text, -1)) {
                wishes.add(parse(command, wish.strip()));
            }
        }
    }

    /** Whether an object has all the labels; every object has if none are asked for. */
    boolean picks(JsonNode object) {
        JsonNode labels = object.path("metadata").path("labels");
        return wishes.stream().allMatch(wish -> wish.test(labels));
    }

    private static Predicate<JsonNode> parse(String command, String wish) {
        Matcher present = PRESENT.matcher(wish);
        if (present.matches()) {
            boolean absent = !present.group(1).isEmpty();
            return labels -> labels.has(present.group(2)) != absent;
        }
        Matcher equal = EQUAL.matcher(wish);
        if (equal.matches()) {
            return among(equal.group(1), Set.of(equal.group(3)), equal.group(2).equals("!="));
        }
        Matcher set = SET.matcher(wish);
        if (set.matches()) {
            Set<String> values = Arrays.stream(set.group(3).split(",", -1))
                    .map(String::strip)
                    .collect(Collectors.toSet());
            return among(set.group(1), values, set.group(2).equals("notin"));
        }
        throw CliException.usage(command + ": -l \"" + wish
                + "\": write K=V, K!=V, K in (V,V), K notin (V,V), K or !K, with commas between");
    }

    /** What does not have the key does not have any of the values either. */
    private static Predicate<JsonNode> among(String key, Set<String> values, boolean not) {
        return labels -> (labels.has(key) && values.contains(labels.path(key).asString(""))) != not;
    }
}
