package io.osier.agent.pod;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the distribution's own tools, with a deadline, and tells in one line what went wrong. Safe for any thread. */
public final class CommandRunner {
    private static final long DEADLINE_SECONDS = 20;

    /** What is said to the agent alone. */
    private static final Set<String> SERVICE_MANAGERS_WORDS =
            Set.of("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES");

    private CommandRunner() {}

    /** Lets a child know nothing of the service manager: systemd's own tools would tell it how they ended. */
    static void forgetServiceManager(ProcessBuilder child) {
        child.environment().keySet().removeAll(SERVICE_MANAGERS_WORDS);
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws CommandException if it cannot be run, fails, or does not end in time
     */
    public static String run(String... command) {
        return runWithInput("", command);
    }

    /** The same, with something to read. */
    public static String runWithInput(String input, String... command) {
        return run(input, DEADLINE_SECONDS, command);
    }

    static String run(String input, long deadlineSeconds, String... command) {
        Process process;
        try {
            ProcessBuilder child = new ProcessBuilder(command).redirectErrorStream(true);
            forgetServiceManager(child);
            process = child.start();
        } catch (IOException e) {
            throw new CommandException(command[0] + ": " + e.getMessage() + ": is it installed?", e);
        }
        String line = String.join(" ", command);
        try {
            CompletableFuture<String> output = readAll(process.getInputStream());
            feed(process, input);
            // What the command leaves running may hold its output open, so both waits have an end.
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(deadlineSeconds);
            if (!process.waitFor(deadlineSeconds, TimeUnit.SECONDS)) {
                throw late(line, deadlineSeconds);
            }
            String text = output.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (process.exitValue() != 0) {
                throw new CommandException(line + ": " + firstLine(text), null);
            }
            return text;
        } catch (TimeoutException e) {
            throw late(line, deadlineSeconds);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new CommandException(line + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(line + ": interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** A command that ends without reading says itself why, so a broken pipe is not worth a word. */
    @SuppressWarnings("EmptyCatch")
    private static void feed(Process process, String input) {
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // its exit code and its output tell
        }
    }

    private static CompletableFuture<String> readAll(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(e);
                    }
                },
                "osier-output");
        reader.setDaemon(true);
        reader.start();
        return text;
    }

    private static CommandException late(String line, long deadlineSeconds) {
        return new CommandException(line + ": did not end within " + deadlineSeconds + " s", null);
    }

    private static String firstLine(String text) {
        return text.isBlank() ? "failed" : text.strip().lines().findFirst().orElse("failed");
    }
}
