package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.model.Kind;
import io.osier.agent.model.ValidationException;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /osier/v1/apply}, {@code /osier/v1/create} and {@code /osier/v1/delete}: many objects in one question, a list as {@code kubectl get -o json}
 * writes it. They are dealt with in their order, and what is wrong with one of them stops no other:
 *
 * <pre>
 * {"items":[{"result":"created"},{"code":422,"message":"spec.clusterIP: …"},…]}
 * </pre>
 *
 * With {@code objects=true}, what was applied or created is there, too: {@code {"result":"created","object":{…}}}.
 *
 * Where the store is lost on the way, the answer has the results so far, and {@code stopped} with the reason.
 */
final class BulkRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(BulkRoutes.class);

    private static final Set<String> CHANGES = Set.of("apply", "create", "delete");

    private final StateStore store;
    private final Resources resources;
    private final StagedChanges changes;

    BulkRoutes(StateStore store, Resources resources) {
        this.store = store;
        this.resources = resources;
        this.changes = new StagedChanges(store);
    }

    /** Whether questions with this word are answered here. */
    static boolean answers(String word) {
        return CHANGES.contains(word);
    }

    ApiResponse answer(ApiRequest request) {
        if (!request.method().equals("POST")) {
            throw new ApiError(405, "MethodNotAllowed", request.method() + " is not answered here");
        }
        if (!(Json.parse(request.body()).path("items") instanceof ArrayNode items)) {
            throw new ValidationException("items: Required value");
        }
        String namespace = request.namespace();
        boolean objects = request.flag("objects");
        BiFunction<JsonNode, Keyspace, ObjectNode> change = switch (request.word(2)) {
            case "apply" -> (item, keys) -> answer(applied(item, namespace, keys), objects);
            case "create" -> (item, keys) -> answer(created(item, namespace, keys), objects);
            default -> (item, keys) -> deleted(item, namespace, keys);
        };
        List<ObjectNode> results = new ArrayList<>();
        ObjectNode answer = Json.object();
        try {
            changes.makeAll(
                    List.copyOf(items.values()),
                    item -> keysOf(item, namespace),
                    refusing(change),
                    BulkRoutes::refused,
                    results);
        } catch (StoreException e) {
            answer.put("stopped", e.getMessage());
        }
        answer.putArray("items").addAll(results);
        return ApiResponse.json(200, answer);
    }

    private static ObjectNode answer(Resource.Applied applied, boolean withObject) {
        return withObject ? applied.answer() : Json.object().put("result", applied.result());
    }

    private Resource.Applied applied(JsonNode item, String namespace, Keyspace keys) {
        Kind kind = kindOf(item);
        return resourceOf(kind, keys).apply(ObjectRoutes.checked(item, kind, namespace));
    }

    private Resource.Applied created(JsonNode item, String namespace, Keyspace keys) {
        Kind kind = kindOf(item);
        Object created = resourceOf(kind, keys).create(ObjectRoutes.checked(item, kind, namespace));
        return new Resource.Applied("created", created);
    }

    private ObjectNode deleted(JsonNode item, String namespace, Keyspace keys) {
        JsonNode metadata = item.path("metadata");
        resourceOf(kindOf(item), keys)
                .delete(
                        metadata.path("namespace").asString(namespace),
                        metadata.path("name").asString(""));
        return Json.object().put("result", "deleted");
    }

    private Resource resourceOf(Kind kind, Keyspace keys) {
        Resource resource = resources.in(keys).get(kind.plural());
        if (resource == null) {
            throw ApiError.invalid("kind: Invalid value: \"" + kind.word() + "\": not served yet");
        }
        return resource;
    }

    private static Kind kindOf(JsonNode item) {
        String word = item.path("kind").asString("");
        return Kind.of(word)
                .orElseThrow(() -> ApiError.invalid(
                        word.isEmpty() ? "kind: Required value" : "kind: unknown kind \"" + word + "\""));
    }

    /** The keys that are read first for an item, as far as they can be told without looking at it closely. */
    private List<String> keysOf(JsonNode item, String namespace) {
        JsonNode metadata = item.path("metadata");
        List<String> keys = new ArrayList<>();
        Kind.of(item.path("kind").asString("")).ifPresent(kind -> {
            String key = kind.plural() + "/" + metadata.path("namespace").asString(namespace) + "/"
                    + metadata.path("name").asString("");
            Resource resource = resources.in(store).get(kind.plural());
            if (Keys.isKey(key) && resource != null) {
                keys.add(key);
                keys.addAll(resource.claimsOf(key, item));
            }
        });
        return keys;
    }

    /** Whatever is wrong with an object is an {@link ApiError}; what is wrong with the store is not. */
    private static BiFunction<JsonNode, Keyspace, ObjectNode> refusing(
            BiFunction<JsonNode, Keyspace, ObjectNode> change) {
        return (item, keys) -> {
            try {
                return change.apply(item, keys);
            } catch (ApiError | StoreException e) {
                throw e;
            } catch (ValidationException | IllegalArgumentException e) {
                throw ApiError.invalid(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("{} failed", item, e);
                throw new ApiError(500, "InternalError", "the agent failed: " + e + ": see its log");
            }
        };
    }

    private static ObjectNode refused(ApiError error) {
        return Json.object().put("code", error.code()).put("message", error.getMessage());
    }
}
