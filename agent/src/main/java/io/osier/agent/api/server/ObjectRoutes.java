package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.model.Kind;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.ValidationException;
import io.osier.agent.store.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/KIND[/NAME]}: the cluster's objects, in Kubernetes' shape. */
final class ObjectRoutes {
    private final Map<String, Resource> present;
    private final Resources resources;
    private final StagedChanges changes;

    ObjectRoutes(StateStore store, Resources resources) {
        this.present = resources.in(store);
        this.resources = resources;
        this.changes = new StagedChanges(store);
    }

    ApiResponse answer(ApiRequest request) {
        String plural = request.word(2);
        Resource resource = present.get(plural);
        if (resource == null || request.path().size() > 4) {
            throw new ApiError(404, "NotFound", "the server has no " + plural);
        }
        String name = request.word(3);
        return switch (request.method()) {
            case "GET" ->
                name.isEmpty()
                        ? list(resource, request)
                        : ApiResponse.json(200, resource.get(request.namespace(), name));
            case "POST" -> {
                ObjectNode object = body(request, plural);
                yield ApiResponse.json(201, change(plural, staged -> staged.create(object)));
            }
            case "PUT" -> {
                ObjectNode object = named(body(request, plural), name);
                yield ApiResponse.json(
                        200, change(plural, staged -> staged.apply(object)).answer());
            }
            case "DELETE" -> {
                if (name.isEmpty()) {
                    throw new ApiError(405, "MethodNotAllowed", "name what is to be deleted");
                }
                change(plural, staged -> {
                    staged.delete(request.namespace(), name);
                    return true;
                });
                yield ApiResponse.json(200, Json.object().put("kind", "Status").put("status", "Success"));
            }
            default -> throw new ApiError(405, "MethodNotAllowed", request.method() + " is not answered here");
        };
    }

    private <R> R change(String plural, Function<Resource, R> change) {
        return changes.make(
                keys -> change.apply(Objects.requireNonNull(resources.in(keys).get(plural))));
    }

    private static ApiResponse list(Resource resource, ApiRequest request) {
        boolean all = request.flag("allNamespaces");
        List<?> items = resource.list().stream()
                .filter(item -> all || isIn(Json.tree(item), request.namespace()))
                .toList();
        return ApiResponse.json(200, listOf(items));
    }

    /** {@code {"apiVersion":"v1","kind":"List","items":[…]}}, the items also if there are none. */
    static ObjectNode listOf(List<?> items) {
        ObjectNode list = Json.object().put("apiVersion", "v1").put("kind", "List");
        var array = list.putArray("items");
        items.forEach(item -> array.add(Json.tree(item)));
        return list;
    }

    /** The beginning of what a node tells of itself: like an object, it has a name among others of its list, of these words. */
    static ObjectNode itemOf(String... words) {
        ObjectNode item = Json.object();
        item.putObject("metadata").put("name", String.join("-", words).replace('/', '-'));
        return item;
    }

    /** Objects without a namespace are everywhere. */
    private static boolean isIn(JsonNode item, String namespace) {
        return namespace.equals(item.path("metadata").path("namespace").asString(namespace));
    }

    /** What was sent, under the same rules as a file of manifests. */
    private static ObjectNode body(ApiRequest request, String plural) {
        if (!(Json.parse(request.body()) instanceof ObjectNode object)) {
            throw new ValidationException("the body is no object");
        }
        return checked(object, Kind.ofPlural(plural).orElseThrow(), request.parameter("namespace"));
    }

    /** An object of this kind, in this namespace if it names none itself. */
    static ObjectNode checked(JsonNode object, Kind kind, @Nullable String namespace) {
        if (!(object instanceof ObjectNode fields)) {
            throw new ValidationException("an object must have fields");
        }
        ObjectNode checked = Manifests.checked(fields, kind);
        JsonNode metadata = checked.path("metadata");
        if (namespace != null && metadata instanceof ObjectNode about && !about.has("namespace")) {
            about.put("namespace", namespace);
        }
        return checked;
    }

    private static ObjectNode named(ObjectNode object, String name) {
        String own = object.path("metadata").path("name").asString("");
        if (!own.equals(name)) {
            throw new ValidationException("metadata.name: Invalid value: \"" + own + "\": the path says " + name);
        }
        return object;
    }

    static String namespaceOf(ObjectMeta metadata) {
        String namespace = metadata.namespace();
        return namespace == null ? ObjectMeta.DEFAULT_NAMESPACE : namespace;
    }
}
