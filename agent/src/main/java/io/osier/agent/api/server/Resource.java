package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One kind of object: what may be done with it. Every method throws {@link ApiError} for what cannot be. Changes are made on a
 * {@link io.osier.agent.store.Stage}, so that one that throws has done nothing.
 */
interface Resource {
    /** All objects, in the order of their names. */
    List<?> list();

    Object get(String namespace, String name);

    /** Makes a new one, and gives it back as it became. */
    Object create(JsonNode object);

    /** Makes a new one or changes the present one. */
    Applied apply(JsonNode object);

    void delete(String namespace, String name);

    /**
     * The claims that {@link #apply} is likely to ask for, to be read beforehand.
     *
     * @param key of the object
     */
    default List<String> claimsOf(String key, JsonNode object) {
        return List.of();
    }

    /**
     * What became of an object.
     *
     * @param result {@code created}, {@code configured} or {@code unchanged}
     * @param object as it is now
     */
    record Applied(String result, Object object) {
        ObjectNode answer() {
            ObjectNode answer = Json.object().put("result", result);
            answer.set("object", Json.tree(object));
            return answer;
        }
    }
}
