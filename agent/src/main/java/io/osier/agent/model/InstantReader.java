package io.osier.agent.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ext.javatime.deser.InstantDeserializer;

/**
 * Reads a moment as Jackson does, and knows the one before again: objects that are read together were mostly made together, to
 * the second, and taking a moment's text apart is a fifth of what reading an object takes. Safe for any thread.
 */
final class InstantReader extends StdDeserializer<Instant> {
    private volatile Known last = new Known(Instant.EPOCH.toString(), Instant.EPOCH);

    private record Known(String text, Instant instant) {}

    InstantReader() {
        super(Instant.class);
    }

    @Override
    public @Nullable Instant deserialize(JsonParser parser, DeserializationContext context) {
        String text = parser.getValueAsString();
        Known known = last;
        if (known.text().equals(text)) {
            return known.instant();
        }
        Instant instant = InstantDeserializer.INSTANT.deserialize(parser, context);
        if (text != null && instant != null) {
            last = new Known(text, instant);
        }
        return instant;
    }
}
