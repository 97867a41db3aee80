package io.osier.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands as a user at a terminal would, with a deadline. */
final class Shell {
    private static final long DEADLINE_SECONDS = 120;

    /** The checkout's top directory. */
    static final Path ROOT = findRoot();

    private Shell() {}

    /** What a command printed and how it ended. */
    record Result(int exitCode, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }

        Result succeeded() {
            assertThat(exitCode)
                    .as("exit code; stderr: %s; stdout: %s", err, out)
                    .isZero();
            return this;
        }
    }

    /** Runs a line of bash. */
    static Result bash(String line) {
        return run(List.of("bash", "-c", line));
    }

    /** Runs {@code osier} from the checkout with these words. */
    static Result osier(String... words) {
        List<String> command = new ArrayList<>(List.of(osierCommand()));
        command.addAll(List.of(words));
        return run(command);
    }

    static String osierCommand() {
        return ROOT.resolve("scripts/osier").toString();
    }

    /** Runs a line of bash inside a pod's or node's namespace. */
    static Result in(String namespace, String line) {
        return run(List.of("ip", "netns", "exec", namespace, "bash", "-c", line));
    }

    /** Starts a line of bash in a namespace and leaves it running; the caller ends it with {@link #stop}. */
    static Process start(String namespace, String line, Path output) {
        try {
            return new ProcessBuilder("ip", "netns", "exec", namespace, "bash", "-c", "exec " + line)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Result run(List<String> command) {
        try {
            Path out = Files.createTempFile("osier-test", ".out");
            Path err = Files.createTempFile("osier-test", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end within " + DEADLINE_SECONDS
                            + " s: " + Files.readString(out) + Files.readString(err));
                }
                return new Result(process.exitValue(), read(out), read(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static Path findRoot() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("scripts/osier"))) {
            at = at.getParent();
            if (at == null) {
                throw new IllegalStateException("run this inside a checkout");
            }
        }
        return at;
    }
}
