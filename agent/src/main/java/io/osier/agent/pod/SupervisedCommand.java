package io.osier.agent.pod;

import io.osier.agent.pod.CommandStatus.Phase;
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

/** One command of a pod and its next start. Used on the supervisor's thread only. */
final class SupervisedCommand {
    private final PodCommand command;
    private final Launcher launcher;
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
            Launcher launcher,
            Path log,
            Path note,
            ScheduledExecutorService thread,
            Consumer<CommandStatus> onStatus) {
        this.command = command;
        this.launcher = launcher;
        this.log = log;
        this.note = note;
        this.thread = thread;
        this.onStatus = onStatus;
    }

    /** Finds the command running since before the agent, or starts it, unless it has had its one life meanwhile. */
    void begin() {
        Optional<ProcessNote> noted = ProcessNote.read(note);
        noted.ifPresent(earlier -> restarts = earlier.restarts());
        Integer end = noted.map(ProcessNote::exitCode).orElse(null);
        if (end != null) {
            tellEnd(end, howItEnded(end));
            return;
        }
        Optional<ProcessHandle> survivor = noted.flatMap(ProcessNote::process);
        if (survivor.isPresent()) {
            watch(launcher.found(command.id().key(), survivor.get()), noted.get());
        } else if (noted.isPresent() && noted.get().begun()) {
            failed(Launcher.UNKNOWN_EXIT_CODE, "the command ended while no agent was there");
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
            Launcher.Started started = launcher.start(command, log);
            CrashPoint.COMMAND_LAUNCHED.reached();
            watch(
                    started,
                    started.process()
                            .map(process -> ProcessNote.of(process, restarts))
                            .orElse(null));
        } catch (IOException | CommandException e) {
            startedAt = null;
            failed(Launcher.UNKNOWN_EXIT_CODE, e.getMessage());
        }
    }

    /** @param its null if it has ended already */
    private void watch(Launcher.Started started, @Nullable ProcessNote its) {
        if (started.process().isEmpty() || its == null) {
            startedAt = null;
            exited(started.exitCode().getAsInt());
            return;
        }
        ProcessHandle process = started.process().get();
        running = process;
        startedAt = process.info().startInstant().orElse(Instant.now());
        Executor onThread = thread;
        process.onExit().thenAcceptAsync(gone -> exited(started.exitCode().getAsInt()), onThread);
        String message = "running";
        try {
            its.write(note);
            CrashPoint.COMMAND_NOTED.reached();
            started.leave().run();
            CrashPoint.COMMAND_BEGUN.reached();
            its.asBegun().write(note);
        } catch (IOException e) {
            started.leave().run();
            message = "running, but will not be found again: " + e.getMessage();
        }
        onStatus.accept(new CommandStatus(Phase.RUNNING, restarts, null, message));
    }

    private void exited(int exitCode) {
        running = null;
        if (!ended) {
            failed(exitCode, howItEnded(exitCode));
        }
    }

    private static String howItEnded(int exitCode) {
        return exitCode == Launcher.UNKNOWN_EXIT_CODE
                ? "the command has ended"
                : "the command ended with exit code " + exitCode;
    }

    private void failed(int exitCode, @Nullable String message) {
        String what = message == null ? "the command could not be started" : message;
        boolean again = command.restartPolicy().equals("Always")
                || (command.restartPolicy().equals("OnFailure") && exitCode != 0);
        if (!again) {
            try {
                ProcessNote.ofEnd(restarts, exitCode)
                        .write(note); // the pod's other commands may live on to see another agent
            } catch (IOException e) {
                what += ", which will not be remembered: " + e.getMessage();
            }
            tellEnd(exitCode, what);
            return;
        }
        onStatus.accept(new CommandStatus(Phase.WAITING, restarts, null, what));
        restarts++;
        Duration ran = startedAt == null ? Duration.ZERO : Duration.between(startedAt, Instant.now());
        thread.schedule(this::launch, backoff.delaySecondsAfter(ran), TimeUnit.SECONDS);
    }

    private void tellEnd(int exitCode, String what) {
        onStatus.accept(new CommandStatus(
                exitCode == 0 ? Phase.SUCCEEDED : Phase.FAILED,
                restarts,
                exitCode == Launcher.UNKNOWN_EXIT_CODE ? null : exitCode,
                what));
    }
}
