package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code osier create pod}. */
@Command(
        name = "pod",
        description = "Creates a pod on a node of the cluster, and runs a command in it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier create pod web-1",
            "  osier create pod web-1 -l app=web --node node-a -- python3 -m http.server 8080",
            "  osier create pod db --ip 10.32.0.77"
        })
final class CreatePodCommand extends CreateObjectCommand {
    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "What runs in it, behind --",
            converter = Words.AsTheyAre.class)
    List<String> command = List.of();

    @Option(
            names = {"-l", "--labels", "--label"},
            paramLabel = "K=V",
            split = ",",
            converter = Label.Converter.class,
            description = "A label; may be given again")
    List<Label> labels = List.of();

    @Option(names = "--ip", paramLabel = "IP", description = "An address of the pod range")
    @Nullable
    String ip;

    CreatePodCommand() {
        super(Kinds.PODS);
    }

    /** The node that the pod is put on; any agent has it put there. */
    @Override
    boolean nodeIsAsked() {
        return false;
    }

    @Override
    void describe(ObjectNode pod) {
        if (!labels.isEmpty()) {
            ((ObjectNode) pod.path("metadata")).set("labels", Label.tree(labels));
        }
        ObjectNode podSpec = pod.putObject("spec");
        String node = options().node();
        if (node != null) {
            podSpec.put("nodeName", node);
        }
        if (ip != null) {
            podSpec.put("podIP", ip);
        }
        if (!command.isEmpty()) {
            ObjectNode container = podSpec.putArray("containers").addObject().put("name", name);
            // A pod's command has $$ for a dollar sign (docs/manifests.md), and a shell's word has to stay what it is.
            container.set(
                    "command",
                    Json.tree(command.stream()
                            .map(word -> word.replace("$$", "$$$$"))
                            .toList()));
        }
    }

    @Override
    JsonNode await(ApiClient agent, JsonNode created) throws InterruptedException {
        return new PodWaiter(agent, path(Kinds.PODS, name), spec.commandLine().getErr()).untilUp(name);
    }
}
