package io.osier.agent.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A pod's containers, by their names. They share everything, so that to name one chooses nothing; users of kubectl do.
 *
 * @param names those of the manifest; the pod's own where there are none
 * @param withCommands of those that have a command, the first of which runs
 */
record PodContainers(String pod, List<String> names, List<String> withCommands) {
    static PodContainers of(JsonNode pod) {
        String name = pod.path("metadata").path("name").asString("");
        List<JsonNode> containers =
                pod.path("spec").path("containers").valueStream().toList();
        List<String> names = containers.stream()
                .map(container -> container.path("name").asString(name))
                .toList();
        List<String> withCommands = containers.stream()
                .filter(container -> !container.path("command").isEmpty())
                .map(container -> container.path("name").asString(name))
                .toList();
        return new PodContainers(name, names.isEmpty() ? List.of(name) : names, withCommands);
    }

    /** The one whose command runs; the pod's own name where there is none. */
    String running() {
        return withCommands.isEmpty() ? pod : withCommands.get(0);
    }

    /** @throws CliException unless there is one of this name */
    void check(String command, String asked) {
        if (!names.contains(asked)) {
            throw CliException.failed(command + ": container " + asked + " is not valid for pod " + pod + ": it has "
                    + String.join(", ", names));
        }
    }
}
