package io.osier.agent.cli;

import io.osier.agent.model.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a command says of many objects: in order over both streams, and not line by line. */
final class BulkOutput {
    private final OutputFormat format;
    private final PrintWriter out;
    private final PrintWriter err;
    private final List<JsonNode> objects = new ArrayList<>();
    private int failures;

    BulkOutput(OutputFormat format, PrintWriter out, PrintWriter err) {
        this.format = format;
        this.out = out;
        this.err = err;
    }

    /**
     * Says what became of an object, or keeps it for the end if objects themselves are asked for.
     *
     * @param object as it is now
     */
    void done(Kinds kind, String name, String result, JsonNode object) {
        String word = kind.qualified() + "/" + name;
        switch (format) {
            case JSON, YAML -> objects.add(object);
            case NAME -> say(word);
            case TABLE, WIDE -> say(word + " " + result);
        }
    }

    void say(String line) {
        out.print(line);
        out.print('\n');
    }

    void complain(String what) {
        out.flush(); // as it happened, where both go to one terminal
        err.print("osier: ");
        err.print(what);
        err.print('\n');
        err.flush();
        failures++;
    }

    void flush() {
        out.flush();
    }

    /** Shows the objects that were kept: one itself, several as a list. */
    void finish() {
        if (!objects.isEmpty()) {
            out.print(format.write(objects.size() == 1 ? objects.get(0) : listOf(objects), JsonNode::toString));
        }
        out.flush();
    }

    /** {@code {"apiVersion":"v1","kind":"List","items":[…]}}. */
    static ObjectNode listOf(List<JsonNode> items) {
        ObjectNode list = Json.object().put("apiVersion", "v1").put("kind", "List");
        list.putArray("items").addAll(items);
        return list;
    }

    int failures() {
        return failures;
    }
}
