package io.osier.agent.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * <p>Everything happens on one thread, but the ends that somebody waits for: those of a pod's commands are waited for together.
 */
public final class CommandSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandSupervisor.class);
    private static final long MAX_LOG_BYTES = 16L << 20;
    private static final int KEPT_LOG_BYTES = 1 << 20;
    private static final long LOG_CHECK_SECONDS = 5;
    private static final long DEADLINE_SECONDS = 10;
    private static final long RETRY_SECONDS = 3;

    private final Launcher launcher;
    private final CommandFiles files;
    private final BiConsumer<CommandId, CommandStatus> onStatus;
    private final Map<String, SupervisedCommand> commands = new HashMap<>();
    private final Map<String, CommandStatus> latest = new HashMap<>();
    /** By the supervisor's thread. */
    private boolean logsAreWatched;

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread supervisor = new Thread(task, "osier-commands");
        supervisor.setDaemon(true);
        return supervisor;
    });
    private final ExecutorService endings = Executors.newCachedThreadPool(task -> {
        Thread ending = new Thread(task, "osier-command-end");
        ending.setDaemon(true);
        return ending;
    });

    /**
     * Nothing runs yet.
     *
     * @param logs where output goes, a file for each command
     * @param notes where process ids are noted
     * @param onStatus told of every change, on the supervisor's thread; told again later if it throws
     */
    public CommandSupervisor(Path logs, Path notes, BiConsumer<CommandId, CommandStatus> onStatus) {
        this(PodLaunchers.present(), logs, notes, onStatus);
    }

    CommandSupervisor(Launcher launcher, Path logs, Path notes, BiConsumer<CommandId, CommandStatus> onStatus) {
        this.launcher = launcher;
        this.files = new CommandFiles(logs, notes);
        this.onStatus = onStatus;
        // After a stop nothing is started and nobody is told any more; the commands go on.
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Runs a command, or finds it running; a second call for the same one only tells how it is. */
    public void start(PodCommand command) {
        CommandId id = command.id();
        String key = id.key();
        thread.execute(() -> {
            CommandStatus status = latest.get(key);
            if (!commands.containsKey(key)) {
                SupervisedCommand supervised = new SupervisedCommand(
                        command, launcher, files.log(key), files.note(key), thread, changed -> tell(id, changed));
                commands.put(key, supervised);
                supervised.begin();
                watchLogs();
            } else if (status != null) {
                repeat(id, status);
            }
        });
    }

    /**
     * Ends the pod's commands, politely first, and forgets them with their logs. Returns when all are gone; only the caller waits
     * for one that does not listen.
     */
    public void stop(String namespace) {
        List<Future<?>> ends = new ArrayList<>();
        running(namespace).forEach((key, process) -> ends.add(endings.submit(() -> launcher.end(key, process))));
        try {
            for (Future<?> end : ends) {
                end.get();
            }
            files.forget(namespace);
        } catch (IOException e) {
            throw new CommandException("cannot forget the commands of " + namespace + ": " + e.getMessage(), e);
        } catch (ExecutionException e) {
            throw new CommandException("cannot end the commands of " + namespace + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("cannot end the commands of " + namespace + ": interrupted", e);
        }
    }

    /** Ends commands that an earlier agent has left running where nobody finds them any more. */
    public void stopLeftOver(String namespace) {
        if (!files.notes(namespace).isEmpty()) {
            stop(namespace);
        }
    }

    /** The processes that are to be ended, also those that an earlier agent started and this one never took over. */
    private Map<String, Optional<ProcessHandle>> running(String namespace) {
        CompletableFuture<Map<String, Optional<ProcessHandle>>> answer = new CompletableFuture<>();
        Set<String> keys = new HashSet<>(launcher.others(namespace));
        keys.add(namespace);
        thread.execute(() -> {
            keys.addAll(files.notes(namespace));
            commands.keySet().stream()
                    .filter(key -> CommandId.isOf(namespace, key))
                    .forEach(keys::add);
            Map<String, Optional<ProcessHandle>> processes = new HashMap<>();
            keys.forEach(key -> processes.put(key, giveUp(key)));
            answer.complete(processes);
        });
        try {
            return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandException("cannot end the commands of " + namespace + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("cannot end the commands of " + namespace + ": interrupted", e);
        }
    }

    private Optional<ProcessHandle> giveUp(String key) {
        latest.remove(key);
        SupervisedCommand supervised = commands.remove(key);
        return supervised != null
                ? supervised.giveUp()
                : ProcessNote.read(files.note(key)).flatMap(ProcessNote::process);
    }

    /** Whoever is told may fail, a store that is away say; that must not cost a command its next start. */
    private void tell(CommandId id, CommandStatus status) {
        latest.put(id.key(), status);
        repeat(id, status);
    }

    private void repeat(CommandId id, CommandStatus status) {
        if (!status.equals(latest.get(id.key()))) {
            return;
        }
        try {
            onStatus.accept(id, status);
        } catch (RuntimeException e) {
            LOG.warn("the status of the command of {} could not be told, trying again: {}", id, e.getMessage());
            thread.schedule(() -> repeat(id, status), RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The output of a command so far; null if it has none. */
    public @Nullable Path log(CommandId id) {
        Path log = files.log(id.key());
        return Files.exists(log) ? log : null;
    }

    /** While there are any. */
    private void watchLogs() {
        if (!logsAreWatched && !commands.isEmpty()) {
            logsAreWatched = true;
            thread.schedule(this::boundLogs, LOG_CHECK_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void boundLogs() {
        logsAreWatched = false;
        for (String key : commands.keySet()) {
            try {
                new CommandLog(files.log(key), MAX_LOG_BYTES, KEPT_LOG_BYTES).bound();
            } catch (IOException e) {
                LOG.warn("the log of {} cannot be bounded: {}", key, e.getMessage());
            }
        }
        watchLogs();
    }

    /** Stops supervising; the commands go on. */
    @Override
    public void close() {
        thread.shutdownNow();
        endings.shutdown();
    }
}
