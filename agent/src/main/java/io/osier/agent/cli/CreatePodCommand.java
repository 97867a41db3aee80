package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
final class CreatePodCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "What it is called")
    String name = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "COMMAND", description = "What runs in it, behind --")
    List<String> command = List.of();

    @Option(
            names = {"-l", "--labels", "--label"},
            paramLabel = "K=V",
            split = ",",
            description = "A label; may be given again")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--ip", paramLabel = "IP", description = "An address of the pod range")
    @Nullable
    String ip;

    @Override
    int run(ApiClient agent) throws InterruptedException {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata").put("name", name).put("namespace", options().namespace);
        if (!labels.isEmpty()) {
            metadata.set("labels", Json.tree(labels));
        }
        ObjectNode spec = pod.putObject("spec");
        String node = options().node();
        if (node != null) {
            spec.put("nodeName", node);
        }
        if (ip != null) {
            spec.put("podIP", ip);
        }
        if (!command.isEmpty()) {
            ObjectNode container = spec.putArray("containers").addObject().put("name", name);
            container.set("command", Json.tree(command));
        }
        agent.post(path(Kinds.PODS, ""), pod);
        PodWaiter waiter = new PodWaiter(
                agent, path(Kinds.PODS, name), this.spec.commandLine().getErr());
        waiter.untilUp(name);
        print("pod/" + name + " created\n");
        return 0;
    }
}
