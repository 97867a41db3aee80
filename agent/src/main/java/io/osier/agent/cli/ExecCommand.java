package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier exec}. */
@Command(
        name = "exec",
        description = "Runs a command inside a pod and ends with its exit code.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier exec web-1 -- ping -c 2 10.32.1.2",
            "  osier exec web-1 -it -- bash",
            "  echo hello | osier exec -i web-1 -- cat"
        })
final class ExecCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "POD", description = "Where; pod/NAME, too")
    String pod = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "What, behind --",
            converter = Words.AsTheyAre.class)
    List<String> command = List.of();

    @Option(
            names = {"-i", "--stdin"},
            description = "Let the command read the standard input, which is empty without it")
    boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "The terminal is the command's: Ctrl-C is for it alone")
    boolean tty;

    @Option(
            names = {"-c", "--container"},
            paramLabel = "CONTAINER",
            description = "For kubectl's sake: the containers of a pod are one place")
    @Nullable
    String container;

    private String name = "";

    @Override
    void prepare() {
        name = podNamed("exec", pod);
    }

    @Override
    int run(ApiClient agent) throws IOException, InterruptedException {
        JsonNode found = agent.get(path(Kinds.PODS, name));
        if (container != null) {
            PodContainers.of(found).check("exec", container);
        }
        String namespace = options().namespace.equals("default") ? name : name + "." + options().namespace;
        if (LocalExec.isPossible(namespace)) {
            return new LocalExec(stdin, tty).run(namespace, name, command);
        }
        return new RemoteExec(stdin, tty, stdout(), new FileOutputStream(FileDescriptor.err)).run(agent, execPath());
    }

    private String execPath() {
        String words = command.stream().map(word -> "&command=" + encode(word)).collect(Collectors.joining());
        return "/osier/v1/pods/" + encode(name) + "/exec?namespace=" + encode(options().namespace)
                + (stdin ? "&stdin=true" : "") + words;
    }
}
