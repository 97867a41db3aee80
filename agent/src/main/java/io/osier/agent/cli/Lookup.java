package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Looks for objects by their names, one after the other; what is not there is no reason not to look for the others. */
final class Lookup {
    private final ApiClient agent;
    private final List<Found> found = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    record Found(Kinds kind, JsonNode object) {}

    Lookup(ApiClient agent) {
        this.agent = agent;
    }

    void find(Kinds kind, String name, String namespace) {
        try {
            found.add(new Found(kind, agent.get(ApiCommand.path(kind, name, namespace))));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            missing.add(String.valueOf(e.getMessage()));
        }
    }

    /** Finds all of a kind. */
    void findAll(Kinds kind, String namespace) {
        agent.get(ApiCommand.path(kind, "", namespace))
                .path("items")
                .forEach(object -> found.add(new Found(kind, object)));
    }

    /** Notes something that could not even be looked for. */
    void miss(String why) {
        missing.add(why);
    }

    List<Found> found() {
        return found;
    }

    /** Whether only one object was looked for. */
    boolean isForOne() {
        return found.size() + missing.size() == 1;
    }

    /** Tells what is missing; 0 if nothing is. */
    int complain(Consumer<String> listener) {
        missing.forEach(listener);
        return missing.isEmpty() ? 0 : 1;
    }
}
