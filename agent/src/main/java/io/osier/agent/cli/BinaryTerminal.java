package io.osier.agent.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A terminal that a file is written through: what {@code vagrant ssh -c} and {@code ssh -t} put between a command and a pipe on
 * the other machine. It would make two bytes of every line feed, and mix in whatever else is said on it.
 */
final class BinaryTerminal implements AutoCloseable {
    private static final Path STDOUT = Path.of("/proc/self/fd/1");
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private BinaryTerminal() {}

    /** Whether standard output is a terminal. */
    static boolean isStdout() {
        String target = targetOf(STDOUT);
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }

    /** Whether notices would end up between the bytes. */
    static boolean isStderrToo() {
        return targetOf(STDERR).equals(targetOf(STDOUT));
    }

    /** Lets bytes pass as they are until this is closed: by a signal that ends the file in order only after its last byte. */
    static BinaryTerminal begin() {
        set("-opost", "-echo");
        return new BinaryTerminal();
    }

    @Override
    public void close() {
        set("opost", "echo");
    }

    /** Without stty the terminal stays as it is, and its reader will say so. */
    @SuppressWarnings("EmptyCatch")
    private static void set(String... settings) {
        try {
            new ProcessBuilder("stty", settings[0], settings[1])
                    .redirectInput(new File(STDOUT.toString()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            // see above
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String targetOf(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return descriptor.toString();
        }
    }
}
