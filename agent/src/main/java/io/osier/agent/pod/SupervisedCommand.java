package io.osier.agent.pod;

import io.osier.agent.pod.CommandStatus.Phase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pod's command and its next start. Used on the supervisor's thread only. */
final class SupervisedCommand {
    private static final int UNKNOWN_EXIT_CODE = -1;

    private final PodCommand command;
    private final Path log;
    private final Path note;
    private final ScheduledExecutorService thread;
    private final Consumer<CommandStatus> onStatus;
    private final RestartBackoff backoff = new RestartBackoff();
    private @Nullable ProcessHandle running;
    private @Nullable Instant startedAt;
    private int restarts;
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

    /** Finds the command running since before the agent, or starts it, unless it has had its one life meanwhile. */
    void begin() {
        Optional<ProcessNote> noted = ProcessNote.read(note);
        noted.ifPresent(earlier -> restarts = earlier.restarts());
        Optional<ProcessHandle> survivor = noted.flatMap(ProcessNote::process);
        if (survivor.isPresent()) {
            watch(survivor.get(), null);
        } else if (noted.isPresent()) {
            failed(UNKNOWN_EXIT_CODE, "the command ended while no agent was there");
        } else {
            launch();
        }
    }

    /** No more starts from now on; the process that is still to be ended, if there is one. */
    Optional<ProcessHandle> giveUp() {
        ended = true;
        return Optional.ofNullable(running);
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
            builder.environment().remove("NOTIFY_SOCKET"); // the agent's own word to systemd
            builder.environment().putAll(command.environment());
            builder.directory(new File(command.workingDirectory().isEmpty() ? "/" : command.workingDirectory()));
            Process process = builder.start();
            watch(process.toHandle(), process);
        } catch (IOException e) {
            startedAt = null;
            failed(UNKNOWN_EXIT_CODE, e.getMessage());
        }
    }

    private void watch(ProcessHandle process, @Nullable Process child) {
        running = process;
        startedAt = process.info().startInstant().orElse(Instant.now());
        Executor onThread = thread;
        process.onExit()
                .thenAcceptAsync(gone -> exited(child == null ? UNKNOWN_EXIT_CODE : child.exitValue()), onThread);
        String message = "running";
        try {
            ProcessNote.of(process, restarts).write(note);
        } catch (IOException e) {
            message = "running, but will not be found again: " + e.getMessage();
        }
        onStatus.accept(new CommandStatus(Phase.RUNNING, restarts, message));
    }

    private void exited(int exitCode) {
        running = null;
        if (!ended) {
            failed(
                    exitCode,
                    exitCode == UNKNOWN_EXIT_CODE
                            ? "the command has ended"
                            : "the command ended with exit code " + exitCode);
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
        onStatus.accept(new CommandStatus(Phase.WAITING, restarts, what));
        restarts++;
        Duration ran = startedAt == null ? Duration.ZERO : Duration.between(startedAt, Instant.now());
        thread.schedule(this::launch, backoff.delaySecondsAfter(ran), TimeUnit.SECONDS);
    }
}
