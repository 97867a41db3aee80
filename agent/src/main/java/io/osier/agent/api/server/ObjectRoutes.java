package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.model.Kind;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.ValidationException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/KIND[/NAME]}: the cluster's objects, in Kubernetes' shape. */
final class ObjectRoutes {
    private final Map<String, Resource> resources;

    ObjectRoutes(Map<String, Resource> resources) {
        this.resources = Map.copyOf(resources);
    }

    ApiResponse answer(ApiRequest request) {
        String plural = request.word(2);
        Resource resource = resources.get(plural);
        if (resource == null || request.path().size() > 4) {
            throw new ApiError(404, "NotFound", "the server has no " + plural);
        }
        String name = request.word(3);
        return switch (request.method()) {
            case "GET" ->
                name.isEmpty()
                        ? list(resource, request)
                        : ApiResponse.json(200, resource.get(request.namespace(), name));
            case "POST" -> ApiResponse.json(201, resource.create(body(request, plural)));
            case "PUT" -> ApiResponse.json(200, resource.apply(named(body(request, plural), name)));
            case "DELETE" -> {
                if (name.isEmpty()) {
                    throw new ApiError(405, "MethodNotAllowed", "name what is to be deleted");
                }
                resource.delete(request.namespace(), name);
                yield ApiResponse.json(200, Json.object().put("kind", "Status").put("status", "Success"));
            }
            default -> throw new ApiError(405, "MethodNotAllowed", request.method() + " is not answered here");
        };
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

    /** Objects without a namespace are everywhere. */
    private static boolean isIn(JsonNode item, String namespace) {
        return namespace.equals(item.path("metadata").path("namespace").asString(namespace));
    }

    /** What was sent, under the same rules as a file of manifests. */
    private static ObjectNode body(ApiRequest request, String plural) {
        if (!(Json.parse(request.body()) instanceof ObjectNode object)) {
            throw new ValidationException("the body is no object");
        }
        Kind kind = Kind.ofPlural(plural).orElseThrow();
        ObjectNode checked = Manifests.checked(object, kind);
        JsonNode metadata = checked.path("metadata");
        if (metadata instanceof ObjectNode fields
                && !fields.has("namespace")
                && request.parameter("namespace") != null) {
            fields.put("namespace", request.namespace());
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
