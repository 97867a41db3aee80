package io.osier.agent.cli;

import io.osier.agent.model.Json;
import io.osier.agent.model.Manifests;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/** How lists and objects are printed. */
enum OutputFormat {
    TABLE,
    WIDE,
    JSON,
    YAML,
    NAME;

    /** What commands offer that have a text of their own and nothing else. */
    static final Set<OutputFormat> TABLES = Set.of(TABLE, WIDE);

    /** What those offer that print what an agent has told. */
    static final Set<OutputFormat> TREES = Set.of(TABLE, WIDE, JSON, YAML);

    /** What those offer that only say which objects they are about. */
    static final Set<OutputFormat> NAMES = Set.of(TABLE, WIDE, NAME);

    /** What those offer that are about objects. */
    static final Set<OutputFormat> ALL = Set.of(values());

    boolean isTable() {
        return TABLES.contains(this);
    }

    boolean isTree() {
        return this == JSON || this == YAML;
    }

    /** The tree in this format, or what {@code text} makes of it if this is no format of trees. */
    String write(JsonNode tree, Function<JsonNode, String> text) {
        return switch (this) {
            case JSON -> Json.pretty(tree) + "\n";
            case YAML -> Manifests.write(tree);
            case TABLE, WIDE, NAME -> text.apply(tree);
        };
    }

    /** Reads the option in lower case, as kubectl has it. */
    static final class Converter implements ITypeConverter<OutputFormat> {
        @Override
        public OutputFormat convert(String text) {
            for (OutputFormat format : values()) {
                if (format.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return format;
                }
            }
            throw new TypeConversionException("\"" + text + "\" is not table, wide, json, yaml or name");
        }
    }
}
