package io.osier.agent.model;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One object of a file of manifests, or the place where the file could not be read. Every complaint says where in the file it
 * is: {@code document 2, line 14: spec.ports[0].port: …}.
 */
public final class Manifest {
    private final int document;
    private final Places places;
    private final String prefix;
    private final ObjectNode object;
    private final @Nullable ValidationException fault;

    private Manifest(
            int document, Places places, String prefix, ObjectNode object, @Nullable ValidationException fault) {
        this.document = document;
        this.places = places;
        this.prefix = prefix;
        this.object = object;
        this.fault = fault;
    }

    /** An object whose paths in the document begin with {@code prefix}. */
    static Manifest of(int document, Places places, String prefix, ObjectNode object) {
        return new Manifest(document, places, prefix, object, null);
    }

    /** A place that cannot be read, at the first line of the places or where the fault's path says. */
    static Manifest unreadable(int document, Places places, String prefix, ValidationException fault) {
        return new Manifest(document, places, prefix, Json.object(), fault);
    }

    /**
     * What kind of object it is.
     *
     * @throws ValidationException with its place, if it is of none, or not from a version that is taken, or has no name
     */
    public Kind kind() {
        try {
            if (fault != null) {
                throw fault;
            }
            return Manifests.kindOf(object);
        } catch (ValidationException e) {
            throw placed(e);
        }
    }

    public String name() {
        return object.path("metadata").path("name").asString("");
    }

    /** Its namespace, or this one if it names none. */
    public String namespace(String otherwise) {
        return object.path("metadata").path("namespace").asString(otherwise);
    }

    /**
     * Refuses an object of another namespace.
     *
     * @throws ValidationException with its place
     */
    public void checkNamespace(String required) {
        String own = namespace(required);
        if (kind() != Kind.NODE && !own.equals(required)) {
            throw placed(new ValidationException("metadata.namespace: the namespace from the provided object \"" + own
                    + "\" does not match the namespace \"" + required + "\": pass --namespace=" + own));
        }
    }

    /**
     * The object without the fields that are only tolerated.
     *
     * @throws ValidationException with the place of the first thing that is wrong with it
     */
    public ObjectNode checked() {
        Kind kind = kind();
        try {
            ObjectNode kept = FieldCheck.kept(object, kind, places, prefix);
            Json.convert(kept, kind.type());
            return kept;
        } catch (ValidationException e) {
            throw placed(e);
        }
    }

    /** The typed object, under the same conditions as {@link #checked}. */
    public Object bind() {
        return Json.convert(checked(), kind().type());
    }

    /** Somebody else's complaint about the object, with the place that it speaks of. */
    public String placed(String complaint) {
        return String.valueOf(placed(new ValidationException(complaint)).getMessage());
    }

    private ValidationException placed(ValidationException e) {
        int line = places.lineOf(prefix + e.path());
        return new ValidationException(e.path(), "document " + document + ", line " + line + ": " + e.getMessage());
    }

    /** The object as it was written. */
    JsonNode object() {
        return object;
    }
}
