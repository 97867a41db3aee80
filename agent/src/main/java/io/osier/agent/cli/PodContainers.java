package io.osier.agent.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A pod's containers, by their names.
 *
 * @param names those of the manifest; the pod's own where there are none
 * @param withCommands of those that have a command, which are those that run
 * @param preferred the one that the pod's annotation names, as kubectl has it; empty if there is none
 */
record PodContainers(String pod, List<String> names, List<String> withCommands, String preferred) {
    private static final String PREFERENCE = "kubectl.kubernetes.io/default-container";

    static PodContainers of(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        String name = metadata.path("name").asString("");
        List<JsonNode> containers =
                pod.path("spec").path("containers").valueStream().toList();
        List<String> names = containers.stream()
                .map(container -> container.path("name").asString(name))
                .toList();
        List<String> withCommands = containers.stream()
                .filter(container -> !container.path("command").isEmpty())
                .map(container -> container.path("name").asString(name))
                .toList();
        String preferred = metadata.path("annotations").path(PREFERENCE).asString("");
        return new PodContainers(
                name,
                names.isEmpty() ? List.of(name) : names,
                withCommands,
                names.contains(preferred) ? preferred : "");
    }

    /** The one that is meant where none is named: the first that runs, or else the first. */
    String standard() {
        return !preferred.isEmpty() ? preferred : withCommands.isEmpty() ? names.get(0) : withCommands.get(0);
    }

    /** Whether a user may wonder which one is meant where none is named. */
    boolean areAmbiguous() {
        return names.size() > 1 && preferred.isEmpty();
    }

    /** @throws CliException unless there is one of this name */
    void check(String command, String asked) {
        if (!names.contains(asked)) {
            throw CliException.failed(command + ": container " + asked + " is not valid for pod " + pod + ": it has "
                    + String.join(", ", names));
        }
    }
}
