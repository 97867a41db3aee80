package io.osier.agent.pod;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts commands as the agent's children, in sessions of their own: for agents that no systemd holds in a sandbox. */
final class ChildLauncher implements Launcher {
    private static final Logger LOG = LoggerFactory.getLogger(ChildLauncher.class);
    private static final long GRACE_SECONDS = 5;
    private static final long EXECUTION_GRACE_SECONDS = 2;
    private static final String EXECUTION = "process";

    @Override
    public Started start(PodCommand command, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.launcher())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        CommandRunner.forgetServiceManager(builder);
        CallersLocale.restore(builder.environment());
        builder.environment().putAll(command.environment());
        builder.directory(new File(command.workingDirectory().isEmpty() ? "/" : command.workingDirectory()));
        Process process = builder.start();
        return new Started(Optional.of(process.toHandle()), process::exitValue, () -> giveLeave(process));
    }

    @Override
    public Execution execute(List<String> words, Map<String, String> environment, Path folder) throws IOException {
        List<String> session = new ArrayList<>(List.of("setsid"));
        session.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(session).directory(new File("/"));
        CommandRunner.forgetServiceManager(builder);
        CallersLocale.restore(builder.environment());
        builder.environment().putAll(environment);
        Process process = builder.start();
        ProcessNote.of(process.toHandle(), 0).write(folder.resolve(EXECUTION));
        return new ChildExecution(process);
    }

    @Override
    public void endLeft(Path folder) {
        ProcessNote.read(folder.resolve(EXECUTION))
                .flatMap(ProcessNote::process)
                .ifPresent(leader -> {
                    // Nobody has to wait for one that does not listen.
                    Thread end =
                            new Thread(() -> new ProcessGroup(leader).end(EXECUTION_GRACE_SECONDS), "osier-exec-left");
                    end.setDaemon(true);
                    end.start();
                });
    }

    /** A child of this agent. */
    private record ChildExecution(Process process) implements Execution {
        @Override
        public OutputStream stdin() {
            return process.getOutputStream();
        }

        @Override
        public InputStream stdout() {
            return process.getInputStream();
        }

        @Override
        public InputStream stderr() {
            return process.getErrorStream();
        }

        @Override
        public int await() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public void close() {
            // What one that has ended has left running goes on, as everywhere.
            if (process.isAlive()) {
                new ProcessGroup(process.toHandle()).end(EXECUTION_GRACE_SECONDS);
            }
        }
    }

    private static void giveLeave(Process process) {
        try (OutputStream leave = process.getOutputStream()) {
            leave.write('\n');
        } catch (IOException e) {
            // it has ended; its exit says so
            LOG.debug("process {} did not wait: {}", process.pid(), e.getMessage());
        }
    }

    @Override
    public Started found(String key, ProcessHandle process) {
        return new Started(Optional.of(process), () -> UNKNOWN_EXIT_CODE);
    }

    @Override
    public void end(String key, Optional<ProcessHandle> process) {
        process.ifPresent(leader -> new ProcessGroup(leader).end(GRACE_SECONDS));
    }

    /** None runs before it is noted. */
    @Override
    public List<String> others(String namespace) {
        return List.of();
    }

    @Override
    public void runOutside(String... command) {
        CommandRunner.run(command);
    }
}
