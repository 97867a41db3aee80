package io.osier.agent.cli;

import io.osier.agent.pod.CallersLocale;
import io.osier.agent.pod.PodCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command in a pod of this machine as a child of this process, which is root.
 *
 * @param stdin whether the command reads this process's standard input
 * @param tty whether Ctrl-C is for the command alone
 */
record LocalExec(boolean stdin, boolean tty) {
    private static final long LEAVE_MILLIS = 200;
    private static final long GRACE_SECONDS = 2;
    private static final int ROOT = 0;

    /** Whether this process may enter the namespace, and it is on this machine. */
    static boolean isPossible(String namespace) throws IOException {
        return Files.exists(Path.of("/run/netns", namespace))
                && Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(ROOT);
    }

    /** Runs it to its end and returns its exit code. */
    int run(String namespace, String hostname, List<String> command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(PodCommand.enter(namespace, hostname));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        if (!stdin) {
            builder.redirectInput(new File("/dev/null"));
        }
        CallersLocale.restore(builder.environment());
        if (tty) {
            Terminal.leaveInterrupts();
        }
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process), "osier-exec-end"));
        return process.waitFor();
    }

    /** Ctrl-C has reached the command as well, which may end by itself; of any other signal it knows nothing yet. */
    private static void end(Process process) {
        try {
            if (process.waitFor(LEAVE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
