package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.pod.CallersLocale;
import io.osier.agent.pod.PodCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    private static final long LEAVE_MILLIS = 200;
    private static final long GRACE_SECONDS = 2;

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
        if (!Files.exists(Path.of("/run/netns", namespace))) {
            throw CliException.failed("exec: pod " + name + " is not on this machine: run this on node "
                    + found.path("spec").path("nodeName").asString("?"));
        }
        List<String> words = new ArrayList<>(PodCommand.enter(namespace, name));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        if (!stdin) {
            builder.redirectInput(new File("/dev/null"));
        }
        CallersLocale.restore(builder.environment());
        if (tty) {
            Terminal.leaveInterrupts();
        }
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process), "osier-exec-end"));
        return process.waitFor();
    }

    /** Ctrl-C has reached the command as well, which may end by itself; of any other signal it knows nothing yet. */
    private static void end(Process process) {
        try {
            if (process.waitFor(LEAVE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
