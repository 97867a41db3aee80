package io.osier.agent.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command that runs in a pod while somebody talks to it. Safe for any thread. */
public final class PodExecution implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodExecution.class);
    private static final int MAX_SIZE = 65_535;
    private static final long TERMINAL_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 20;

    private final Execution execution;
    private final Path folder;
    private final boolean hasTerminal;

    PodExecution(Execution execution, Path folder, boolean hasTerminal) {
        this.execution = execution;
        this.folder = folder;
        this.hasTerminal = hasTerminal;
    }

    public OutputStream stdin() {
        return execution.stdin();
    }

    public InputStream stdout() {
        return execution.stdout();
    }

    /** Empty if it has a terminal. */
    public InputStream stderr() {
        return execution.stderr();
    }

    /** Waits for its end and returns its exit code: a shell's for a signal, -1 if nobody knows. */
    public int await() throws InterruptedException {
        return execution.await();
    }

    /** Its terminal has this size from now on; nothing happens if it has none. */
    public void resize(int columns, int rows) {
        if (!hasTerminal || columns < 1 || rows < 1 || columns > MAX_SIZE || rows > MAX_SIZE) {
            return;
        }
        try {
            String terminal = terminal();
            if (!terminal.isEmpty()) {
                CommandRunner.run(
                        "stty", "-F", terminal, "cols", String.valueOf(columns), "rows", String.valueOf(rows));
            }
        } catch (IOException | CommandException e) {
            LOG.debug("size not set: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** It is noted when the command begins. */
    private String terminal() throws IOException, InterruptedException {
        Path note = terminalNote(folder);
        for (long waited = 0; waited < TERMINAL_MILLIS; waited += LOOK_MILLIS) {
            String terminal = Files.exists(note) ? Files.readString(note).strip() : "";
            if (!terminal.isEmpty()) {
                return terminal;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return "";
    }

    static Path terminalNote(Path folder) {
        return folder.resolve("terminal");
    }

    /** Ends it with all that it started, if it has not ended; a second time for nothing. */
    @Override
    public void close() {
        execution.close();
        delete(folder);
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : List.copyOf(files.toList())) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", folder, e.getMessage());
        }
    }
}
