package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.pod.PodCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier exec}. */
@Command(
        name = "exec",
        description = "Runs a command inside a pod and ends with its exit code.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier exec web-1 -- ping -c 2 10.32.1.2", "  osier exec web-1 -it -- bash"})
final class ExecCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "POD", description = "Where")
    String pod = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "What, behind --")
    List<String> command = List.of();

    @Option(
            names = {"-i", "--stdin"},
            description = "Accepted for kubectl's sake: the command always has this terminal")
    boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Accepted for kubectl's sake: the command always has this terminal")
    boolean tty;

    @Override
    int run(ApiClient agent) throws IOException, InterruptedException {
        JsonNode found = agent.get(path(Kinds.PODS, pod));
        String namespace = options().namespace.equals("default") ? pod : pod + "." + options().namespace;
        if (!Files.exists(Path.of("/run/netns", namespace))) {
            throw CliException.failed("exec: pod " + pod + " is not on this machine: run this on node "
                    + found.path("spec").path("nodeName").asString("?"));
        }
        List<String> words = new ArrayList<>(PodCommand.enter(namespace, pod));
        words.addAll(command);
        Terminal.leaveInterrupts();
        Process process = new ProcessBuilder(words).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "osier-exec-end"));
        return process.waitFor();
    }
}
