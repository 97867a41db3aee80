package io.osier.agent.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs the distribution's own tools, with a deadline, and tells in one line what went wrong. */
public final class CommandRunner {
    private static final long DEADLINE_SECONDS = 20;

    private CommandRunner() {}

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
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new CommandException(command[0] + ": " + e.getMessage() + ": is it installed?", e);
        }
        try {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new CommandException(
                        String.join(" ", command) + ": did not end within " + DEADLINE_SECONDS + " s", null);
            }
            String text = output.join();
            if (process.exitValue() != 0) {
                throw new CommandException(String.join(" ", command) + ": " + firstLine(text), null);
            }
            return text;
        } catch (IOException e) {
            throw new CommandException(String.join(" ", command) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(String.join(" ", command) + ": interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String readAll(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firstLine(String text) {
        return text.isBlank() ? "failed" : text.strip().lines().findFirst().orElse("failed");
    }
}
