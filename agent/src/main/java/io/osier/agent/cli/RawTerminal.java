package io.osier.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that this process reads from, while each key goes elsewhere as it is pressed, Ctrl-C included. It is as it was
 * after {@link #close}, also if the process is ended before.
 */
final class RawTerminal implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 5;

    private final String before;
    private final Thread hook = new Thread(this::restore, "osier-terminal");

    /**
     * Columns and rows.
     *
     * @param columns 0 if unknown, as rows
     */
    record Size(int columns, int rows) {}

    private RawTerminal(String before) {
        this.before = before;
    }

    /** The terminal, as it is; nothing if the input is none. */
    static Optional<RawTerminal> ofInput() {
        try {
            return Optional.of(new RawTerminal(stty("-g").strip()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** From now on it is raw. */
    void enter() throws IOException {
        Runtime.getRuntime().addShutdownHook(hook);
        stty("raw", "-echo");
    }

    static Size size() throws IOException {
        String[] words = stty("size").strip().split(" ", -1);
        return words.length == 2 ? new Size(Integer.parseInt(words[1]), Integer.parseInt(words[0])) : new Size(0, 0);
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs already.
        }
    }

    @SuppressWarnings("EmptyCatch")
    private void restore() {
        try {
            stty(before);
        } catch (IOException e) {
            // The terminal has gone.
        }
    }

    private static String stty(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("stty failed");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
