package io.osier.agent.doctor;

import io.osier.agent.model.Json;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the doctor found.
 *
 * @param about a node, a pair such as {@code node-a -> node-b}, or {@code cluster}
 * @param level {@code ok}, {@code note} for what could be better and is no fault, {@code warn} or {@code fail}
 * @param text what is so
 * @param remedy what to do about it; empty if nothing
 */
public record Finding(String about, String level, String text, String remedy) {
    /** What concerns all nodes. */
    static final String CLUSTER = "cluster";

    public static Finding ok(String about, String text) {
        return new Finding(about, "ok", text, "");
    }

    static Finding note(String about, String text, String remedy) {
        return new Finding(about, "note", text, remedy);
    }

    static Finding warn(String about, String text, String remedy) {
        return new Finding(about, "warn", text, remedy);
    }

    public static Finding fail(String about, String text, String remedy) {
        return new Finding(about, "fail", text, remedy);
    }

    /** As the API tells it. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("about", about).put("level", level).put("text", text);
        return remedy.isEmpty() ? json : json.put("remedy", remedy);
    }
}
