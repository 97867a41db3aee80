package io.osier.agent.pod;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has systemd start commands, each in a unit of its own, {@code osier-pod-NAMESPACE}, and
 * {@code osier-pod-NAMESPACE_CONTAINER} for the others of a pod: they are outside the agent's sandbox, are
 * not touched by what becomes of the agent's unit, and how they ended is known also to an agent that started later. Talks to
 * systemd itself and needs no D-Bus daemon.
 */
final class UnitLauncher implements Launcher {
    private static final String PREFIX = "osier-pod-";
    private static final String SUFFIX = ".service";
    private static final int GRACE_SECONDS = 5;
    /** What a shell makes of a signal, and everybody is used to. */
    private static final int SIGNALLED = 128;

    private static final String EXITED = "1"; // CLD_EXITED

    @Override
    public Started start(PodCommand command, Path log) {
        String unit = unitOf(command.id().key());
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
                "--description=Osier pod " + command.id(),
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
    public Started found(String key, ProcessHandle process) {
        return new Started(Optional.of(process), () -> exitCode(unitOf(key)));
    }

    /** A command that was no unit yet, of an agent before an upgrade, is a process group. */
    @Override
    public void end(String key, Optional<ProcessHandle> process) {
        String unit = unitOf(key);
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

    @Override
    public List<String> others(String namespace) {
        String pattern = unitOf(CommandId.beginningOfOthers(namespace) + "*");
        return keysOf(CommandRunner.run(
                "systemctl", "list-units", "--all", "--plain", "--no-legend", "--full", "--no-pager", pattern));
    }

    /** From lines that begin with units' names. */
    static List<String> keysOf(String units) {
        return units.lines()
                .filter(line -> line.startsWith(PREFIX) && line.contains(SUFFIX))
                .map(line -> line.substring(PREFIX.length(), line.indexOf(SUFFIX)))
                .toList();
    }

    private static String unitOf(String key) {
        return PREFIX + key + SUFFIX;
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
