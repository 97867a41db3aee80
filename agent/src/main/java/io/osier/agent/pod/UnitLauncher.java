package io.osier.agent.pod;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has systemd start commands, each in a unit of its own, {@code osier-pod-NAMESPACE}: they are outside the agent's sandbox, are
 * not touched by what becomes of the agent's unit, and how they ended is known also to an agent that started later. Talks to
 * systemd itself and needs no D-Bus daemon.
 */
final class UnitLauncher implements Launcher {
    private static final int GRACE_SECONDS = 5;
    /** What a shell makes of a signal, and everybody is used to. */
    private static final int SIGNALLED = 128;

    private static final String EXITED = "1"; // CLD_EXITED

    @Override
    public Started start(PodCommand command, Path log) {
        String unit = unitOf(command.namespace());
        forget(unit);
        CommandRunner.run(words(command, unit, log).toArray(String[]::new));
        long pid = Long.parseLong(show(unit, "MainPID"));
        Optional<ProcessHandle> process = pid == 0 ? Optional.empty() : ProcessHandle.of(pid);
        return new Started(process, () -> exitCode(unit));
    }

    static List<String> words(PodCommand command, String unit, Path log) {
        List<String> words = new ArrayList<>(List.of(
                "systemd-run",
                "--quiet",
                "--unit=" + unit,
                "--description=Osier pod " + command.namespace(),
                "--service-type=exec",
                "--remain-after-exit", // so that its exit code can be asked for
                "--property=TimeoutStopSec=" + GRACE_SECONDS,
                "--property=StandardOutput=append:" + log,
                "--property=StandardError=inherit"));
        if (!command.workingDirectory().isEmpty()) {
            words.add("--property=WorkingDirectory=" + command.workingDirectory());
        }
        for (Map.Entry<String, String> variable : command.environment().entrySet()) {
            words.add("--setenv=" + variable.getKey() + "=" + variable.getValue());
        }
        words.add("--");
        // systemd would put its own variables into the words.
        command.words().forEach(word -> words.add(word.replace("$", "$$")));
        return words;
    }

    @Override
    public Started found(String namespace, ProcessHandle process) {
        return new Started(Optional.of(process), () -> exitCode(unitOf(namespace)));
    }

    /** A command that was no unit yet, of an agent before an upgrade, is a process group. */
    @Override
    public void end(String namespace, Optional<ProcessHandle> process) {
        String unit = unitOf(namespace);
        if (show(unit, "LoadState").equals("loaded")) {
            CommandRunner.run("systemctl", "stop", unit);
            forget(unit);
        } else {
            process.ifPresent(leader -> new ProcessGroup(leader).end(GRACE_SECONDS));
        }
    }

    @Override
    public void runOutside(String... command) {
        List<String> words =
                new ArrayList<>(List.of("systemd-run", "--quiet", "--collect", "--service-type=oneshot", "--"));
        for (String word : command) {
            words.add(word.replace("$", "$$"));
        }
        CommandRunner.run(words.toArray(String[]::new));
    }

    private static String unitOf(String namespace) {
        return "osier-pod-" + namespace + ".service";
    }

    /** What is left of an earlier run has to go before its name can be used again; mostly there is nothing. */
    @SuppressWarnings("EmptyCatch")
    private static void forget(String unit) {
        for (String verb : List.of("stop", "reset-failed")) {
            try {
                CommandRunner.run("systemctl", verb, unit);
            } catch (CommandException e) {
                // not there
            }
        }
    }

    private static int exitCode(String unit) {
        try {
            if (!show(unit, "LoadState").equals("loaded")) {
                return UNKNOWN_EXIT_CODE;
            }
            int status = Integer.parseInt(show(unit, "ExecMainStatus"));
            return show(unit, "ExecMainCode").equals(EXITED) ? status : SIGNALLED + status;
        } catch (CommandException | NumberFormatException e) {
            return UNKNOWN_EXIT_CODE;
        }
    }

    private static String show(String unit, String property) {
        return CommandRunner.run("systemctl", "show", "--value", "--property=" + property, unit)
                .strip();
    }
}
