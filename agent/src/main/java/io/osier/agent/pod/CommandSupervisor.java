package io.osier.agent.pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pods' commands running. They are in sessions of their own and outlive the agent; one that starts finds them again by
 * process id and start time. Restarts wait as the kubelet's do: not at all, then 10 s, 20 s, up to 5 min, and anew after 10 min
 * of peace.
 *
 * <p>Everything happens on one thread.
 */
public final class CommandSupervisor implements AutoCloseable {
    static final long FIRST_BACKOFF_SECONDS = 10;
    static final long MAX_BACKOFF_SECONDS = 300;

    private static final long MAX_LOG_BYTES = 16L << 20;

    private final Path logs;
    private final Path notes;
    private final BiConsumer<String, CommandStatus> onStatus;
    private final Map<String, SupervisedCommand> commands = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread supervisor = new Thread(task, "osier-commands");
        supervisor.setDaemon(true);
        return supervisor;
    });

    /**
     * Nothing runs yet.
     *
     * @param logs where output goes, a file for each pod
     * @param notes where process ids are noted
     * @param onStatus told of every change, by the pod's namespace, on the supervisor's thread
     */
    public CommandSupervisor(Path logs, Path notes, BiConsumer<String, CommandStatus> onStatus) {
        this.logs = logs;
        this.notes = notes;
        this.onStatus = onStatus;
        try {
            Files.createDirectories(logs);
            Files.createDirectories(notes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread.scheduleWithFixedDelay(this::boundLogs, 60, 60, TimeUnit.SECONDS);
    }

    /** Runs the pod's command, or finds it running; a second call for the same pod changes nothing. */
    public void start(PodCommand command) {
        thread.execute(() -> {
            if (!commands.containsKey(command.namespace())) {
                SupervisedCommand supervised = new SupervisedCommand(
                        command,
                        logOf(command.namespace()),
                        notes.resolve(command.namespace()),
                        thread,
                        status -> onStatus.accept(command.namespace(), status));
                commands.put(command.namespace(), supervised);
                supervised.begin();
            }
        });
    }

    /** Ends the pod's command, politely first, and forgets it with its log. Returns when it is gone. */
    public void stop(String namespace) {
        try {
            thread.submit(() -> {
                        SupervisedCommand supervised = commands.remove(namespace);
                        if (supervised != null) {
                            supervised.end();
                        }
                        Files.deleteIfExists(logOf(namespace));
                        Files.deleteIfExists(notes.resolve(namespace));
                        return true;
                    })
                    .get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new CommandException("cannot end the command of " + namespace + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The output of the pod's command so far; null if it has none. */
    public @Nullable Path log(String namespace) {
        Path log = logOf(namespace);
        return Files.exists(log) ? log : null;
    }

    private Path logOf(String namespace) {
        return logs.resolve(namespace + ".log");
    }

    /** Commands append to their logs, so an emptied file just goes on. */
    private void boundLogs() {
        for (String namespace : commands.keySet()) {
            try {
                if (Files.exists(logOf(namespace)) && Files.size(logOf(namespace)) > MAX_LOG_BYTES) {
                    Files.write(logOf(namespace), new byte[0]);
                }
            } catch (IOException e) {
                onStatus.accept(
                        namespace,
                        new CommandStatus(CommandStatus.Phase.RUNNING, 0, "log cannot be bounded: " + e.getMessage()));
            }
        }
    }

    /** Stops supervising; the commands go on. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
