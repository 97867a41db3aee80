package io.osier.agent.model;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the YAML documents of a text, one after the other, and remembers on which line each value began. Depth, size and what
 * aliases add are bounded before anything is built.
 */
final class ManifestReader {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_ALIASED_VALUES = 20_000;
    private static final String TAGS = "tag:yaml.org,2002:";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** One document with the places of its values. */
    record Document(JsonNode value, Places places) {}

    private record Anchored(JsonNode value, int count) {}

    private final String text;
    private final int firstLine;
    private final int maxValues;
    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private Places places;
    private int values;
    private int aliasedValues;

    /** Reads a text whose first line has this number, and no more values than these. */
    ManifestReader(String text, int firstLine, int maxValues) {
        this.maxValues = maxValues;
        this.text = text;
        this.firstLine = firstLine;
        this.places = new Places(firstLine);
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(Integer.MAX_VALUE) // whoever read the text has bounded it
                .setParseComments(false)
                .setBufferSize(
                        Math.max(1024, text.length() + 1)) // a long value is copied once for every buffer it spans
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * The next document, or null at the end.
     *
     * @throws ManifestSyntaxException where it is no YAML; nothing can be read behind it
     */
    @Nullable
    Document next() {
        try {
            while (events.hasNext()) {
                Event event = events.next();
                if (event instanceof DocumentStartEvent) {
                    anchors.clear();
                    Event root = events.next();
                    places = new Places(lineOf(root));
                    return new Document(value(root, "", 0), places);
                }
            }
            return null;
        } catch (MarkedYamlEngineException e) {
            int line =
                    e.getProblemMark().map(mark -> firstLine + mark.getLine()).orElse(firstLine);
            throw new ManifestSyntaxException(line, "not YAML: " + e.getProblem());
        } catch (ReaderException e) {
            int end = Math.min(text.length(), Math.max(0, e.getPosition()));
            int line = firstLine
                    + (int) text.substring(0, end)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            throw new ManifestSyntaxException(
                    line, String.format("not YAML: character U+%04X is not allowed", e.getCodePoint()));
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new ManifestSyntaxException(firstLine, "not YAML: " + e.getMessage());
        }
    }

    /** How many values there were so far. */
    int values() {
        return values;
    }

    private JsonNode value(Event event, String path, int depth) {
        int line = lineOf(event);
        if (depth > MAX_DEPTH) {
            throw new ManifestSyntaxException(line, "nested deeper than " + MAX_DEPTH + " levels");
        }
        if (event instanceof AliasEvent alias) {
            return aliased(alias, path, line, depth);
        }
        int before = values + aliasedValues;
        if (++values > maxValues) {
            throw new ManifestSyntaxException(line, Manifests.TOO_MANY_VALUES);
        }
        JsonNode value;
        if (event instanceof MappingStartEvent map) {
            checkTag(map.getTag(), "map", line);
            places.put(path, line, null);
            value = mapping(path, depth);
        } else if (event instanceof SequenceStartEvent list) {
            checkTag(list.getTag(), "seq", line);
            places.put(path, line, null);
            value = sequence(path, depth);
        } else {
            ScalarEvent scalar = (ScalarEvent) event;
            value = scalar(scalar, line);
            places.put(path, line, value.isString() ? null : scalar.getValue());
        }
        int count = values + aliasedValues - before;
        ((NodeEvent) event).getAnchor().ifPresent(name -> anchors.put(name, new Anchored(value, count)));
        return value;
    }

    private JsonNode aliased(AliasEvent alias, String path, int line, int depth) {
        Anchored anchored = anchors.get(alias.getAlias());
        if (anchored == null) {
            throw new ManifestSyntaxException(
                    line, "alias *" + alias.getAlias().getValue() + " stands for nothing above it");
        }
        // Counted before they are copied: a thousand million laughs cost no more than the first few.
        aliasedValues += anchored.count();
        if (aliasedValues > MAX_ALIASED_VALUES) {
            throw new ManifestSyntaxException(line, "aliases stand for more than " + MAX_ALIASED_VALUES + " values");
        }
        if (depth + heightOf(anchored.value()) > MAX_DEPTH) {
            throw new ManifestSyntaxException(line, "nested deeper than " + MAX_DEPTH + " levels");
        }
        places.put(path, line, null);
        return anchored.value().deepCopy();
    }

    private static int heightOf(JsonNode value) {
        int height = 0;
        for (JsonNode inner : value) {
            height = Math.max(height, 1 + heightOf(inner));
        }
        return height;
    }

    private ObjectNode mapping(String path, int depth) {
        ObjectNode map = NODES.objectNode();
        ObjectNode merged = NODES.objectNode();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            int line = lineOf(event);
            if (!(event instanceof ScalarEvent key)) {
                throw new ManifestSyntaxException(line, "a key must be a text");
            }
            String name = key.getValue();
            if (key.isPlain() && name.equals("<<")) {
                merge(value(events.next(), path, depth + 1), merged, line);
                places.put(path, line, null);
                continue;
            }
            if (map.has(name)) {
                throw new ManifestSyntaxException(line, "key \"" + name + "\" is there twice");
            }
            String at = path.isEmpty() ? name : path + "." + name;
            map.set(name, value(events.next(), at, depth + 1));
            places.atKey(at, line);
        }
        merged.forEachEntry((name, value) -> {
            if (!map.has(name)) {
                map.set(name, value);
            }
        });
        return map;
    }

    /** Of several maps the first one wins, and what the mapping says itself wins over all. */
    private static void merge(JsonNode from, ObjectNode merged, int line) {
        if (from instanceof ObjectNode map) {
            map.forEachEntry((name, value) -> {
                if (!merged.has(name)) {
                    merged.set(name, value);
                }
            });
        } else if (from instanceof ArrayNode maps) {
            for (JsonNode map : maps) {
                if (!map.isObject()) {
                    throw new ManifestSyntaxException(line, "<< takes a map or a list of maps");
                }
                merge(map, merged, line);
            }
        } else {
            throw new ManifestSyntaxException(line, "<< takes a map or a list of maps");
        }
    }

    private ArrayNode sequence(String path, int depth) {
        ArrayNode list = NODES.arrayNode();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            list.add(value(event, path + "[" + list.size() + "]", depth + 1));
        }
        return list;
    }

    private static JsonNode scalar(ScalarEvent scalar, int line) {
        String tag = scalar.getTag().orElse(scalar.isPlain() ? "" : TAGS + "str");
        return switch (tag) {
            case TAGS + "str", "!" -> NODES.stringNode(scalar.getValue());
            case "", TAGS + "int", TAGS + "float", TAGS + "bool", TAGS + "null" -> PlainScalar.of(scalar.getValue());
            default -> throw new ManifestSyntaxException(line, "tag " + tag + " is not taken");
        };
    }

    private static void checkTag(Optional<String> tag, String taken, int line) {
        if (tag.isPresent() && !tag.get().equals(TAGS + taken)) {
            throw new ManifestSyntaxException(line, "tag " + tag.get() + " is not taken");
        }
    }

    private int lineOf(Event event) {
        return firstLine + event.getStartMark().map(Mark::getLine).orElse(0);
    }
}
