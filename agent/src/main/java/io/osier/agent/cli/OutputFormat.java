package io.osier.agent.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How lists and objects are printed. */
enum OutputFormat {
    TABLE,
    WIDE,
    JSON,
    YAML,
    NAME;

    boolean isTable() {
        return this == TABLE || this == WIDE;
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
