package io.osier.agent.cli;

import io.osier.agent.model.Json;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.node.ObjectNode;

/** A label as it is typed: {@code app=web}. */
record Label(String key, String value) {
    /** As objects have them; of two with the same key the last counts. */
    static ObjectNode tree(List<Label> labels) {
        ObjectNode tree = Json.object();
        labels.forEach(label -> tree.put(label.key(), label.value()));
        return tree;
    }

    /** Reads one; a value may be empty. */
    static final class Converter implements ITypeConverter<Label> {
        @Override
        public Label convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new TypeConversionException("\"" + text + "\" is not K=V");
            }
            return new Label(text.substring(0, equals), text.substring(equals + 1));
        }
    }
}
