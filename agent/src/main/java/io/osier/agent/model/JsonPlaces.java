package io.osier.agent.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.databind.JsonNode;

/** Reads JSON values, one after the other, with the line of each value. */
final class JsonPlaces {
    private JsonPlaces() {}

    /**
     * All values of a text whose first line has this number, if they hold no more values than these.
     *
     * @throws ManifestSyntaxException where it is no JSON
     */
    static List<ManifestReader.Document> read(String text, int firstLine, int maxValues) {
        List<ManifestReader.Document> documents = new ArrayList<>();
        Deque<Places> places = places(text, firstLine, maxValues);
        try (JsonParser parser = Json.parser(text)) {
            while (parser.nextToken() != null) {
                JsonNode value = parser.readValueAsTree();
                documents.add(new ManifestReader.Document(value, places.remove()));
            }
        } catch (JacksonException e) {
            throw syntax(e, firstLine);
        }
        return documents;
    }

    private static Deque<Places> places(String text, int firstLine, int maxValues) {
        Deque<Places> all = new ArrayDeque<>();
        int depth = 0;
        int values = 0;
        try (JsonParser parser = Json.parser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                int line = firstLine - 1 + parser.currentTokenLocation().getLineNr();
                if (depth == 0) {
                    all.add(new Places(line));
                }
                if (!token.isStructEnd() && token != JsonToken.PROPERTY_NAME) {
                    if (++values > maxValues) {
                        throw new ManifestSyntaxException(line, Manifests.TOO_MANY_VALUES);
                    }
                    TokenStreamContext context = parser.streamReadContext();
                    TokenStreamContext at = token.isStructStart() ? context.getParent() : context;
                    boolean told = token.isScalarValue() && token != JsonToken.VALUE_STRING;
                    all.getLast().put(path(at), line, told ? parser.getString() : null);
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
        } catch (JacksonException e) {
            throw syntax(e, firstLine);
        }
        return all;
    }

    private static String path(TokenStreamContext context) {
        if (context == null || context.inRoot()) {
            return "";
        }
        String around = path(context.getParent());
        if (context.inArray()) {
            return around + "[" + context.getCurrentIndex() + "]";
        }
        return around.isEmpty() ? String.valueOf(context.currentName()) : around + "." + context.currentName();
    }

    private static ManifestSyntaxException syntax(JacksonException e, int firstLine) {
        int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
        return new ManifestSyntaxException(firstLine - 1 + line, "not JSON: " + Json.columnAndProblem(e));
    }
}
