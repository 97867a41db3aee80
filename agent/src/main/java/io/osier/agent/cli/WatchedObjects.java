package io.osier.agent.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What is known of objects that are listed again and again. */
final class WatchedObjects {
    private Map<String, JsonNode> known = new LinkedHashMap<>();

    /** What has changed since the last list: first those that are gone, as they last were, then those that are new or differ. */
    List<JsonNode> changes(List<JsonNode> list) {
        Map<String, JsonNode> now = new LinkedHashMap<>();
        list.forEach(object -> now.put(identity(object), object));
        List<JsonNode> changes = new ArrayList<>();
        known.forEach((identity, object) -> {
            if (!now.containsKey(identity)) {
                changes.add(object);
            }
        });
        now.forEach((identity, object) -> {
            if (!object.equals(known.get(identity))) {
                changes.add(object);
            }
        });
        known = now;
        return changes;
    }

    /** One that was made anew under the same name is another. */
    private static String identity(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.path("namespace").asString("") + "/"
                + metadata.path("name").asString("") + "/"
                + metadata.path("uid").asString("");
    }
}
