package io.osier.bench.traffic;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs programs, in network namespaces or not, and sees to it that none outlives the benchmark. */
public final class Shell implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    /** A program failed; the message is one line. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Failure(String message) {
            super(message);
        }
    }

    /** The words that run a command in a named network namespace; for none, the command itself. */
    static List<String> in(@Nullable String namespace, List<String> command) {
        List<String> words = new ArrayList<>();
        if (namespace != null) {
            words.addAll(List.of("nsenter", "--net=/run/netns/" + namespace));
        }
        words.addAll(command);
        return words;
    }

    /** Runs a command to its end within half a minute and returns what it printed. */
    public String run(String... command) throws InterruptedException {
        return run(null, "", PATIENCE, List.of(command));
    }

    /** The same with lines to read: {@code ip -batch -}, say. */
    public String feed(String input, String... command) throws InterruptedException {
        return run(null, input, PATIENCE, List.of(command));
    }

    /**
     * Runs a command to its end.
     *
     * @param namespace where; null for the machine itself
     * @return its standard output
     * @throws Failure in one line, if it cannot be run, fails, or takes too long
     */
    public String run(@Nullable String namespace, String input, Duration patience, List<String> command)
            throws InterruptedException {
        Path output = null;
        Path errors = null;
        Path typed = null;
        try {
            output = Files.createTempFile("osier-bench", ".out");
            errors = Files.createTempFile("osier-bench", ".err");
            typed = Files.createTempFile("osier-bench", ".in");
            Files.writeString(typed, input);
            // Files on all sides: a pipe that nobody empties would hold up what is being timed.
            Process process = start(new ProcessBuilder(in(namespace, command))
                    .redirectInput(typed.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile()));
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new Failure(brief(command) + ": did not end within " + patience.toSeconds() + " s");
                }
            } finally {
                end(process);
            }
            String text = Files.readString(output);
            if (process.exitValue() != 0) {
                String why = Files.readString(errors).strip() + "\n" + text.strip();
                throw new Failure(brief(command) + ": "
                        + why.strip().lines().findFirst().orElse("ended with " + process.exitValue()));
            }
            return text;
        } catch (IOException e) {
            throw new Failure(brief(command) + ": " + e.getMessage());
        } finally {
            delete(output);
            delete(errors);
            delete(typed);
        }
    }

    /** Starts a server in a namespace; returns when it has said its first line. */
    public Server serve(String namespace, List<String> command) {
        try {
            Process process = start(new ProcessBuilder(in(namespace, command)).redirectErrorStream(true));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            Server server = new Server(process, lines, brief(command));
            server.awaitLine();
            return server;
        } catch (IOException e) {
            throw new Failure(brief(command) + ": " + e.getMessage());
        }
    }

    /** A program that stays; it ends when it is closed. */
    public final class Server implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;
        private final String name;

        private Server(Process process, BufferedReader lines, String name) {
            this.process = process;
            this.lines = lines;
            this.name = name;
        }

        /** The next line that it says; one that says nothing for too long is ended. */
        public String awaitLine() {
            CompletableFuture<Void> watchdog = CompletableFuture.runAsync(
                    process::destroyForcibly,
                    CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
            try {
                String line = lines.readLine();
                if (line == null) {
                    throw new Failure(name + ": ended too early, or said nothing");
                }
                return line;
            } catch (IOException e) {
                throw new Failure(name + ": " + e.getMessage());
            } finally {
                watchdog.cancel(false);
            }
        }

        @Override
        public void close() {
            end(process);
        }
    }

    private Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        running.add(process);
        return process;
    }

    private void end(Process process) {
        process.destroyForcibly();
        process.onExit().join();
        running.remove(process);
    }

    private static String brief(List<String> command) {
        String name = String.valueOf(Path.of(command.get(0)).getFileName());
        return command.size() == 1 ? name : name + " " + command.get(1);
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    @Override
    public void close() {
        List.copyOf(running).forEach(this::end);
    }
}
