package io.osier.agent.pod;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Starts commands as the agent's children, in sessions of their own: for agents that no systemd holds in a sandbox. */
final class ChildLauncher implements Launcher {
    private static final long GRACE_SECONDS = 5;

    @Override
    public Started start(PodCommand command, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.launcher())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().remove("NOTIFY_SOCKET"); // the agent's own word to systemd
        builder.environment().putAll(command.environment());
        builder.directory(new File(command.workingDirectory().isEmpty() ? "/" : command.workingDirectory()));
        Process process = builder.start();
        return new Started(Optional.of(process.toHandle()), process::exitValue);
    }

    @Override
    public Started found(String namespace, ProcessHandle process) {
        return new Started(Optional.of(process), () -> UNKNOWN_EXIT_CODE);
    }

    @Override
    public void end(String namespace, Optional<ProcessHandle> process) {
        process.ifPresent(leader -> new ProcessGroup(leader).end(GRACE_SECONDS));
    }

    @Override
    public void runOutside(String... command) {
        CommandRunner.run(command);
    }
}
