package io.osier.agent.pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the pods' commands running. They are in sessions of their own and outlive the agent; one that starts finds them again by
 * process id and start time. Restarts wait as the kubelet's do: not at all, then 10 s, 20 s, up to 5 min, and anew after 10 min
 * of peace.
 *
 * <p>Everything happens on one thread.
 */
public final class CommandSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandSupervisor.class);
    private static final long MAX_LOG_BYTES = 16L << 20;
    private static final int KEPT_LOG_BYTES = 1 << 20;
    private static final long LOG_CHECK_SECONDS = 5;
    private static final long DEADLINE_SECONDS = 10;
    private static final long RETRY_SECONDS = 3;

    private final Launcher launcher;
    private final Path logs;
    private final Path notes;
    private final BiConsumer<String, CommandStatus> onStatus;
    private final Map<String, SupervisedCommand> commands = new HashMap<>();
    private final Map<String, CommandStatus> latest = new HashMap<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread supervisor = new Thread(task, "osier-commands");
        supervisor.setDaemon(true);
        return supervisor;
    });

    /**
     * Nothing runs yet.
     *
     * @param logs where output goes, a file for each pod
     * @param notes where process ids are noted
     * @param onStatus told of every change, by the pod's namespace, on the supervisor's thread; told again later if it throws
     */
    public CommandSupervisor(Path logs, Path notes, BiConsumer<String, CommandStatus> onStatus) {
        this(PodLaunchers.present(), logs, notes, onStatus);
    }

    CommandSupervisor(Launcher launcher, Path logs, Path notes, BiConsumer<String, CommandStatus> onStatus) {
        this.launcher = launcher;
        this.logs = logs;
        this.notes = notes;
        this.onStatus = onStatus;
        try {
            Files.createDirectories(logs);
            Files.createDirectories(notes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // After a stop nothing is started and nobody is told any more; the commands go on.
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        thread.scheduleWithFixedDelay(this::boundLogs, LOG_CHECK_SECONDS, LOG_CHECK_SECONDS, TimeUnit.SECONDS);
    }

    /** Runs the pod's command, or finds it running; a second call for the same pod changes nothing. */
    public void start(PodCommand command) {
        String namespace = command.namespace();
        thread.execute(() -> {
            if (!commands.containsKey(namespace)) {
                SupervisedCommand supervised = new SupervisedCommand(
                        command,
                        launcher,
                        logOf(namespace),
                        noteOf(namespace),
                        thread,
                        status -> tell(namespace, status));
                commands.put(namespace, supervised);
                supervised.begin();
            }
        });
    }

    /**
     * Ends the pod's command, politely first, and forgets it with its log. Returns when it is gone; only the caller waits for
     * one that does not listen.
     */
    public void stop(String namespace) {
        launcher.end(namespace, running(namespace));
        try {
            Files.deleteIfExists(logOf(namespace));
            Files.deleteIfExists(noteOf(namespace));
        } catch (IOException e) {
            throw new CommandException("cannot forget the command of " + namespace + ": " + e.getMessage(), e);
        }
    }

    /** Ends a command that an earlier agent has left running where nobody finds it any more. */
    public void stopLeftOver(String namespace) {
        if (Files.exists(noteOf(namespace))) {
            stop(namespace);
        }
    }

    /** The process that is to be ended, also one that an earlier agent started and this one never took over. */
    private Optional<ProcessHandle> running(String namespace) {
        CompletableFuture<Optional<ProcessHandle>> answer = new CompletableFuture<>();
        thread.execute(() -> {
            latest.remove(namespace);
            SupervisedCommand supervised = commands.remove(namespace);
            answer.complete(
                    supervised != null
                            ? supervised.giveUp()
                            : ProcessNote.read(noteOf(namespace)).flatMap(ProcessNote::process));
        });
        try {
            return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandException("cannot end the command of " + namespace + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("cannot end the command of " + namespace + ": interrupted", e);
        }
    }

    /** Whoever is told may fail, a store that is away say; that must not cost a command its next start. */
    private void tell(String namespace, CommandStatus status) {
        latest.put(namespace, status);
        repeat(namespace, status);
    }

    private void repeat(String namespace, CommandStatus status) {
        if (!status.equals(latest.get(namespace))) {
            return;
        }
        try {
            onStatus.accept(namespace, status);
        } catch (RuntimeException e) {
            LOG.warn("the status of the command of {} could not be told, trying again: {}", namespace, e.getMessage());
            thread.schedule(() -> repeat(namespace, status), RETRY_SECONDS, TimeUnit.SECONDS);
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

    private Path noteOf(String namespace) {
        return notes.resolve(namespace);
    }

    private void boundLogs() {
        for (String namespace : commands.keySet()) {
            try {
                new CommandLog(logOf(namespace), MAX_LOG_BYTES, KEPT_LOG_BYTES).bound();
            } catch (IOException e) {
                LOG.warn("the log of {} cannot be bounded: {}", namespace, e.getMessage());
            }
        }
    }

    /** Stops supervising; the commands go on. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
