package io.osier.agent.model;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Manifests as people have them: YAML or JSON, several documents in a file, lists of objects. */
public final class Manifests {
    private static final YAMLMapper WRITER = YAMLMapper.builder()
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .build();

    private Manifests() {}

    /**
     * Reads the objects of a file; each is a tree with at least {@code kind} and {@code metadata.name}.
     *
     * @throws ValidationException in one line with the position or the kind that is at fault
     */
    public static List<ObjectNode> read(String text) {
        List<ObjectNode> objects = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAMLMapper.shared().readerFor(JsonNode.class).readValues(text)) {
            while (documents.hasNext()) {
                add(documents.next(), objects);
            }
        } catch (JacksonException e) {
            String where = e.getLocation() == null
                    ? ""
                    : "line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": ";
            throw new ValidationException("not YAML: " + where + Json.oneLine(e));
        }
        if (objects.isEmpty()) {
            throw new ValidationException("no objects in it");
        }
        return objects;
    }

    /** The object as YAML. */
    public static String write(JsonNode object) {
        return WRITER.writeValueAsString(object);
    }

    /** The typed object that a tree says it is. */
    public static Object bind(ObjectNode object) {
        return Json.convert(object, kind(object.path("kind").asString("")).type());
    }

    /** The collection that objects of this kind are in: {@code pods}. */
    public static String pluralOf(String kind) {
        return kind(kind).plural();
    }

    private static Kind kind(String word) {
        if (word.equals("NetworkPolicy")) {
            throw new ValidationException("kind NetworkPolicy is not served yet");
        }
        return Kind.of(word)
                .orElseThrow(() -> new ValidationException(
                        "unknown kind \"" + word + "\": this takes Pod, Service, Endpoints, EndpointSlice and Node"));
    }

    private static void add(JsonNode document, List<ObjectNode> objects) {
        if (document == null || document.isNull() || document.isMissingNode()) {
            return;
        }
        if (!(document instanceof ObjectNode object)) {
            throw new ValidationException("a document is no object with a kind");
        }
        String word = object.path("kind").asString("");
        if (word.equals("List")) {
            object.path("items").forEach(item -> add(item, objects));
            return;
        }
        if (word.isEmpty()) {
            throw new ValidationException("kind: Required value");
        }
        Kind kind = kind(word);
        String version = object.path("apiVersion").asString("");
        if (!version.equals(kind.apiVersion())) {
            throw new ValidationException(
                    "unknown apiVersion \"" + version + "\" of kind " + word + ": write " + kind.apiVersion());
        }
        if (object.path("metadata").path("name").asString("").isEmpty()) {
            throw new ValidationException("metadata.name: Required value");
        }
        objects.add(object);
    }
}
