package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One kind of object: what may be done with it. Every method throws {@link ApiError} for what cannot be. */
interface Resource {
    /** All objects, in the order of their names. */
    List<?> list();

    Object get(String namespace, String name);

    /** Makes a new one, and gives it back as it became. */
    Object create(JsonNode object);

    /** Makes a new one or changes the present one: {@code {"result": "created|configured|unchanged", "object": …}}. */
    ObjectNode apply(JsonNode object);

    void delete(String namespace, String name);

    /** The answer of {@link #apply}. */
    static ObjectNode applied(String result, Object object) {
        ObjectNode answer = Json.object().put("result", result);
        answer.set("object", Json.tree(object));
        return answer;
    }
}
