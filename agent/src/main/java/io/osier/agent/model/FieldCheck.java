package io.osier.agent.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Compares one object with the table of fields: says what is wrong where, and leaves out what is only tolerated. */
final class FieldCheck {
    private final FieldRule root;
    private final @Nullable Places places;
    private final String prefix;
    private final List<ValidationException> problems = new ArrayList<>();

    private FieldCheck(FieldRule root, @Nullable Places places, String prefix) {
        this.root = root;
        this.places = places;
        this.prefix = prefix;
    }

    /**
     * The object without what is tolerated.
     *
     * @param places where its values stand, to tell how they were written; null if nobody knows
     * @param prefix what stands before its paths there: {@code items[3]} and a dot, say
     * @throws ValidationException that names the first field that is wrong, and says how many more there are
     */
    static ObjectNode kept(ObjectNode object, Kind kind, @Nullable Places places, String prefix) {
        FieldCheck check = new FieldCheck(FieldRule.of(kind), places, prefix);
        ObjectNode kept = check.object("", object, check.root);
        if (check.problems.isEmpty()) {
            return kept;
        }
        ValidationException first = check.problems.get(0);
        int more = check.problems.size() - 1;
        throw more == 0
                ? first
                : new ValidationException(first.path(), first.getMessage() + " (and " + more + " more after it)");
    }

    private ObjectNode object(String path, ObjectNode given, FieldRule rule) {
        ObjectNode kept = Json.object();
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            String name = entry.getKey();
            String at = path.isEmpty() ? name : path + "." + name;
            FieldRule field = rule.fields().get(name);
            if (field != null) {
                JsonNode value = entry.getValue().isNull() ? null : value(at, entry.getValue(), field);
                if (value != null) {
                    kept.set(name, value);
                }
            } else if (!rule.isOpen()) {
                problem(at, "unknown field \"" + at + "\"" + hint(name, rule));
            }
        }
        rule.fields().forEach((name, field) -> {
            if (field.required() && !given.hasNonNull(name)) {
                String at = path.isEmpty() ? name : path + "." + name;
                problem(at, at + ": Required value");
            }
        });
        return kept;
    }

    private String hint(String name, FieldRule rule) {
        String near = Spelling.nearest(name, rule.fields().keySet());
        if (near == null) {
            near = root.find(name);
        }
        return near == null ? "" : ": did you mean " + near + "?";
    }

    /** What is kept of the value; null for nothing, because it is wrong or means nothing here. */
    private @Nullable JsonNode value(String at, JsonNode value, FieldRule rule) {
        return switch (rule.rule()) {
            case "ignored" -> null;
            case "refused" -> refused(at, value);
            case "object", "open object" ->
                value instanceof ObjectNode object ? object(at, object, rule) : wrong(at, value, "an object");
            case "named list" ->
                value instanceof ArrayNode array ? namedList(at, array, rule) : wrong(at, value, "a list");
            case "list" -> value instanceof ArrayNode array ? list(at, array, rule) : wrong(at, value, "a list");
            case "texts" ->
                value instanceof ArrayNode array ? texts(at, array, "text") : wrong(at, value, "a list of texts");
            case "backends" ->
                value instanceof ArrayNode array ? texts(at, array, "backend") : wrong(at, value, "a list of texts");
            case "addresses" ->
                value instanceof ArrayNode array ? texts(at, array, "address") : wrong(at, value, "a list of texts");
            case "map", "labels" ->
                value instanceof ObjectNode object ? map(at, object) : wrong(at, value, "a map of texts");
            default -> rule.rule().endsWith(" list") ? choices(at, value, rule) : scalar(at, value, rule.rule());
        };
    }

    private @Nullable JsonNode refused(String at, JsonNode value) {
        if (!Values.asksForNothing(value)) {
            problem(at, at + ": not served yet: leave it out");
        }
        return null;
    }

    private @Nullable JsonNode list(String at, ArrayNode given, FieldRule rule) {
        ArrayNode kept = Json.array();
        for (int i = 0; i < given.size(); i++) {
            String item = at + "[" + i + "]";
            if (given.get(i) instanceof ObjectNode object) {
                kept.add(object(item, object, rule));
            } else {
                wrong(item, given.get(i), "an object");
            }
        }
        return kept;
    }

    private @Nullable JsonNode namedList(String at, ArrayNode given, FieldRule rule) {
        Set<String> names = new HashSet<>();
        for (int i = 0; given.size() > 1 && i < given.size(); i++) {
            String name = given.get(i).path("name").asString("");
            String path = at + "[" + i + "].name";
            if (name.isEmpty()) {
                problem(path, path + ": Required value");
            } else if (!names.add(name)) {
                problem(path, path + ": Duplicate value: \"" + name + "\"");
            }
        }
        return list(at, given, rule);
    }

    private JsonNode texts(String at, ArrayNode given, String rule) {
        for (int i = 0; i < given.size(); i++) {
            scalar(at + "[" + i + "]", given.get(i), rule);
        }
        return given;
    }

    private JsonNode map(String at, ObjectNode given) {
        given.forEachEntry((name, value) -> {
            // "app:" with nothing behind it is an empty text, as kubectl has it.
            if (!value.isString() && !value.isNull()) {
                wrong(at + "." + name, value, "a text");
            }
        });
        return given;
    }

    /** A list of choices; what is served of it is the only choice, so nothing is kept. */
    private @Nullable JsonNode choices(String at, JsonNode value, FieldRule rule) {
        if (!(value instanceof ArrayNode list)) {
            return wrong(at, value, "a list of texts");
        }
        String choice = rule.rule().substring(0, rule.rule().length() - " list".length());
        for (int i = 0; i < list.size(); i++) {
            scalar(at + "[" + i + "]", list.get(i), choice);
        }
        return null;
    }

    private @Nullable JsonNode scalar(String at, JsonNode value, String rule) {
        String type = Values.typeOf(rule);
        if (!Values.isOfType(value, type)) {
            return wrong(at, value, type);
        }
        if (rule.contains("|")) {
            boolean told = rule.startsWith("~");
            JsonNode choice =
                    choice(at, value, List.of(rule.substring(told ? 1 : 0).split("\\|", -1)));
            return told ? null : choice;
        }
        String fault = Values.fault(value, rule);
        if (fault != null) {
            problem(at, at + ": Invalid value: \"" + value.asString() + "\": " + fault);
        }
        return value;
    }

    private @Nullable JsonNode choice(String at, JsonNode value, List<String> choices) {
        String word = value.asString();
        if (word.isEmpty() || choices.contains(word)) {
            return word.isEmpty() ? null : value;
        }
        List<String> served =
                choices.stream().filter(choice -> !choice.startsWith("-")).toList();
        String rule = choices.contains("-" + word)
                ? "not served yet: only " + enumerated(served, "and") + (served.size() == 1 ? " is" : " are")
                : "must be " + enumerated(served, "or");
        problem(at, at + ": Invalid value: \"" + word + "\": " + rule);
        return null;
    }

    private static String enumerated(List<String> words, String conjunction) {
        int last = words.size() - 1;
        return last < 1
                ? String.join("", words)
                : String.join(", ", words.subList(0, last)) + " " + conjunction + " " + words.get(last);
    }

    private @Nullable JsonNode wrong(String at, JsonNode value, String wanted) {
        String word = places == null ? null : places.wordOf(prefix + at);
        String shown = word != null ? word : value.isString() ? value.asString() : value.toString();
        String wayOut = "";
        if (Arrays.asList("a text", "a number or a name").contains(wanted) && value.isValueNode() && !value.isNull()) {
            wayOut = ": write \"" + shown + "\" in quotes";
        } else if (value.isString()
                && !wanted.startsWith("a list")
                && PlainScalar.of(shown).isValueNode()) {
            wayOut = PlainScalar.of(shown).isString() ? "" : ": take the quotes off";
        }
        problem(at, at + ": must be " + wanted + ", not " + Values.describe(value, shown) + wayOut);
        return null;
    }

    private void problem(String path, String message) {
        problems.add(new ValidationException(path, message));
    }
}
