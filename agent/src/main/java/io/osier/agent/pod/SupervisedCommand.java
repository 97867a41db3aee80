package io.osier.agent.pod;

import io.osier.agent.pod.CommandStatus.Phase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pod's command and its next start. Used on the supervisor's thread only. */
final class SupervisedCommand {
    private static final Duration PEACE = Duration.ofMinutes(10);
    private static final long GRACE_SECONDS = 5;

    private final PodCommand command;
    private final Path log;
    private final Path note;
    private final ScheduledExecutorService thread;
    private final Consumer<CommandStatus> onStatus;
    private @Nullable ProcessHandle running;
    private Instant startedAt = Instant.EPOCH;
    private int restarts;
    private long backoffSeconds;
    private boolean ended;

    SupervisedCommand(
            PodCommand command,
            Path log,
            Path note,
            ScheduledExecutorService thread,
            Consumer<CommandStatus> onStatus) {
        this.command = command;
        this.log = log;
        this.note = note;
        this.thread = thread;
        this.onStatus = onStatus;
    }

    /** Finds the command running since before the agent, or starts it. */
    void begin() {
        Optional<ProcessHandle> survivor = survivor();
        if (survivor.isPresent()) {
            watch(survivor.get(), null);
        } else {
            launch();
        }
    }

    /** Ends the command and whatever it started. */
    void end() {
        ended = true;
        ProcessHandle process = running;
        if (process == null || !process.isAlive()) {
            return;
        }
        signalGroup("TERM", process);
        try {
            process.onExit().get(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            signalGroup("KILL", process);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void launch() {
        if (ended) {
            return;
        }
        try {
            ProcessBuilder builder = new ProcessBuilder(command.launcher())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(command.environment());
            builder.directory(new File(command.workingDirectory().isEmpty() ? "/" : command.workingDirectory()));
            Process process = builder.start();
            watch(process.toHandle(), process);
        } catch (IOException e) {
            failed(-1, e.getMessage());
        }
    }

    private void watch(ProcessHandle process, @Nullable Process child) {
        running = process;
        startedAt = process.info().startInstant().orElse(Instant.now());
        writeNote(process);
        onStatus.accept(new CommandStatus(Phase.RUNNING, restarts, "running"));
        Executor onThread = thread;
        process.onExit().thenAcceptAsync(gone -> exited(child == null ? -1 : child.exitValue()), onThread);
    }

    private void exited(int exitCode) {
        running = null;
        if (!ended) {
            failed(exitCode, exitCode < 0 ? "the command has ended" : "the command ended with exit code " + exitCode);
        }
    }

    private void failed(int exitCode, @Nullable String message) {
        String what = message == null ? "the command could not be started" : message;
        boolean again = command.restartPolicy().equals("Always")
                || (command.restartPolicy().equals("OnFailure") && exitCode != 0);
        if (!again) {
            onStatus.accept(new CommandStatus(exitCode == 0 ? Phase.SUCCEEDED : Phase.FAILED, restarts, what));
            return;
        }
        if (Duration.between(startedAt, Instant.now()).compareTo(PEACE) > 0) {
            backoffSeconds = 0;
        }
        onStatus.accept(new CommandStatus(Phase.WAITING, restarts, what));
        restarts++;
        thread.schedule(this::launch, backoffSeconds, TimeUnit.SECONDS);
        backoffSeconds = Math.min(
                CommandSupervisor.MAX_BACKOFF_SECONDS,
                Math.max(CommandSupervisor.FIRST_BACKOFF_SECONDS, backoffSeconds * 2));
    }

    /** The process that the note names, if it is still that one. */
    private Optional<ProcessHandle> survivor() {
        try {
            if (!Files.exists(note)) {
                return Optional.empty();
            }
            String[] fields = Files.readString(note).strip().split(" ", -1);
            restarts = fields.length > 2 ? Integer.parseInt(fields[2]) : 0;
            return ProcessHandle.of(Long.parseLong(fields[0]))
                    .filter(process -> startOf(process).equals(fields[1]));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private void writeNote(ProcessHandle process) {
        try {
            Files.writeString(note, process.pid() + " " + startOf(process) + " " + restarts + "\n");
        } catch (IOException e) {
            onStatus.accept(new CommandStatus(
                    Phase.RUNNING, restarts, "running, but will not be found again: " + e.getMessage()));
        }
    }

    private static String startOf(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .orElse(0L)
                .toString();
    }

    /** Its session leader's process group is everything that the command started and that did not leave it. */
    private static void signalGroup(String signal, ProcessHandle process) {
        try {
            CommandRunner.run("sh", "-c", "kill -" + signal + " -- -" + process.pid());
        } catch (CommandException e) {
            process.destroyForcibly(); // the group is gone, or was never made
        }
    }
}
