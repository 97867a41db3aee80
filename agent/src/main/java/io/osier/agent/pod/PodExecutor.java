package io.osier.agent.pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs commands in pods for those who talk to them meanwhile. Safe for any thread. */
public final class PodExecutor {
    private static final Map<String, String> PLAIN = Map.of();

    /** As in containers: programs know that there is a terminal, and no more of it than most have. */
    private static final Map<String, String> WITH_TERMINAL = Map.of("TERM", "xterm", "SHELL", "/bin/sh");

    private final Launcher launcher;
    private final BiFunction<String, String, List<String>> enter;
    private final Path folder;

    /** @param folder for what executions need while they last; emptied of what an agent left there that was killed */
    public PodExecutor(Path folder) {
        this(PodLaunchers.present(), PodCommand::enter, folder);
    }

    /** @param enter the words that put a command into a pod, by its namespace and host name */
    PodExecutor(Launcher launcher, BiFunction<String, String, List<String>> enter, Path folder) {
        this.launcher = launcher;
        this.enter = enter;
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            try (Stream<Path> left = Files.list(folder)) {
                left.forEach(this::forget);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forget(Path left) {
        launcher.endLeft(left);
        PodExecution.delete(left);
    }

    /**
     * Starts a command in a pod, in its root directory.
     *
     * @param namespace the pod's network namespace
     * @param hostname what {@code hostname} says there
     * @param terminal whether it has a terminal, on which both outputs appear; a size may follow
     * @throws IOException or {@link CommandException} in one line, if it cannot be started
     */
    public PodExecution start(String namespace, String hostname, List<String> command, boolean terminal)
            throws IOException {
        Path own = Files.createTempDirectory(folder, "exec");
        List<String> words = new ArrayList<>(enter.apply(namespace, hostname));
        words.addAll(command);
        try {
            Execution execution = terminal
                    ? launcher.execute(onTerminal(words, PodExecution.terminalNote(own)), WITH_TERMINAL, own)
                    : launcher.execute(words, PLAIN, own);
            return new PodExecution(execution, own, terminal);
        } catch (IOException | CommandException e) {
            PodExecution.delete(own);
            throw e;
        }
    }

    /** script(1) makes the terminal, and says on which one the words run; its own typescript is nobody's. */
    private static List<String> onTerminal(List<String> words, Path note) {
        String line = words.stream().map(PodExecutor::quoted).collect(Collectors.joining(" "));
        return List.of(
                "script",
                "--quiet",
                "--flush",
                "--return",
                "--echo",
                "always",
                "--command",
                "tty >" + quoted(note.toString()) + "; exec " + line,
                "/dev/null");
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
