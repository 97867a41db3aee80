package io.osier.agent.model;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What may be said at one place of a manifest. The rules of all places are a table, {@code fields.txt}, which is read once.
 *
 * @param rule the word of the table, without its {@code !}
 * @param required whether it must be there
 * @param fields the rules below it, by name
 */
record FieldRule(String rule, boolean required, Map<String, FieldRule> fields) {
    private static final String TABLE = "fields.txt";
    private static final Map<Kind, FieldRule> KINDS = new EnumMap<>(Kind.class);

    static {
        for (Kind kind : Kind.values()) {
            KINDS.put(kind, new FieldRule("object", true, new TreeMap<>()));
        }
        String section = "";
        for (String line : lines()) {
            if (line.startsWith("[")) {
                section = line.substring(1, line.indexOf(']'));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                String[] columns = line.split(" +", 2);
                for (Kind kind : Kind.values()) {
                    if (section.equals("*") || section.equals(kind.word())) {
                        of(kind).add(
                                        columns[0].replace("[]", ""),
                                        columns[1].strip().replace("[]", ""));
                    }
                }
            }
        }
    }

    /** The rules of a kind. */
    static FieldRule of(Kind kind) {
        return Objects.requireNonNull(KINDS.get(kind));
    }

    /** Whether fields that are in no table are left out rather than refused. */
    boolean isOpen() {
        return rule.equals("open object");
    }

    /** Where in these rules a field of this name stands: {@code spec.containers.image}; null if nowhere. */
    @Nullable
    String find(String name) {
        for (Map.Entry<String, FieldRule> field : fields.entrySet()) {
            if (field.getKey().equals(name)) {
                return name;
            }
            String below = field.getValue().isOpen() ? null : field.getValue().find(name);
            if (below != null) {
                return field.getKey() + (field.getValue().rule.endsWith("list") ? "[]." : ".") + below;
            }
        }
        return null;
    }

    private void add(String path, String text) {
        int dot = path.lastIndexOf('.');
        Map<String, FieldRule> siblings = dot < 0 ? fields : at(path.substring(0, dot)).fields;
        siblings.put(path.substring(dot + 1), text.startsWith("=") ? at(text.substring(1)) : ofText(text));
    }

    private FieldRule at(String path) {
        FieldRule at = this;
        for (String name : path.split("\\.", -1)) {
            at = Objects.requireNonNull(at.fields.get(name), path);
        }
        return at;
    }

    private static FieldRule ofText(String text) {
        boolean required = text.endsWith("!");
        String rule = required ? text.substring(0, text.length() - 1) : text;
        return new FieldRule(rule, required, new TreeMap<>());
    }

    private static List<String> lines() {
        try (InputStream table = Objects.requireNonNull(FieldRule.class.getResourceAsStream(TABLE));
                BufferedReader reader = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
            return new ArrayList<>(reader.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
