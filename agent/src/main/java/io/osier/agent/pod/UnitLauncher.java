package io.osier.agent.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Has systemd start commands, each in a unit of its own, {@code osier-pod-NAMESPACE}, and
 * {@code osier-pod-NAMESPACE_CONTAINER} for the others of a pod: they are outside the agent's sandbox, are
 * not touched by what becomes of the agent's unit, and how they ended is known also to an agent that started later. Talks to
 * systemd itself and needs no D-Bus daemon.
 */
final class UnitLauncher implements Launcher {
    private static final String PREFIX = "osier-pod-";
    private static final String SUFFIX = ".service";
    private static final String EXECUTION_PREFIX = "osier-exec-";
    private static final int GRACE_SECONDS = 5;
    private static final int LOOK_SECONDS = 5;
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
        List<String> options = new ArrayList<>(List.of(
                "--description=Osier pod " + command.id(),
                "--remain-after-exit", // so that its exit code can be asked for
                "--property=StandardOutput=append:" + log,
                "--property=StandardError=inherit"));
        if (!command.workingDirectory().isEmpty()) {
            options.add("--property=WorkingDirectory=" + command.workingDirectory());
        }
        return words(unit, options, command.environment(), command.words());
    }

    private static List<String> words(
            String unit, List<String> options, Map<String, String> environment, List<String> command) {
        List<String> words = new ArrayList<>(List.of(
                "systemd-run",
                "--quiet",
                "--unit=" + unit,
                "--service-type=exec",
                "--property=TimeoutStopSec=" + GRACE_SECONDS));
        words.addAll(options);
        environment.forEach((name, value) -> words.add("--setenv=" + name + "=" + value));
        words.add("--");
        // systemd would put its own variables into the words.
        command.forEach(word -> words.add(word.replace("$", "$$")));
        return words;
    }

    @Override
    public Execution execute(List<String> command, Map<String, String> environment, Path folder) throws IOException {
        String unit = EXECUTION_PREFIX + UUID.randomUUID() + SUFFIX;
        NamedPipes pipes = NamedPipes.in(folder);
        List<String> options = new ArrayList<>(List.of(
                "--description=Osier exec",
                "--collect",
                "--property=KillMode=process")); // what it leaves running goes on, as everywhere
        pipes.properties().forEach(property -> options.add("--property=" + property));
        try {
            CommandRunner.run(
                    words(unit, options, environment, pipes.wrap(command)).toArray(String[]::new));
            return new UnitExecution(unit, pipes.await(LOOK_SECONDS));
        } catch (CommandException | IOException e) {
            pipes.close();
            forget(unit);
            throw e;
        }
    }

    /** A unit that reads and writes named pipes, and is gone when it has ended. */
    private record UnitExecution(String unit, NamedPipes pipes) implements Execution {
        @Override
        public OutputStream stdin() {
            return pipes.in();
        }

        @Override
        public InputStream stdout() {
            return pipes.out();
        }

        @Override
        public InputStream stderr() {
            return pipes.err();
        }

        @Override
        public int await() throws InterruptedException {
            OptionalInt exitCode = pipes.exitCode(LOOK_SECONDS);
            while (exitCode.isEmpty()) {
                boolean killed = !show(unit, "ActiveState").startsWith("activ");
                exitCode = killed ? OptionalInt.of(UNKNOWN_EXIT_CODE) : pipes.exitCode(LOOK_SECONDS);
            }
            return exitCode.getAsInt();
        }

        @Override
        public void close() {
            if (show(unit, "LoadState").equals("loaded")) {
                tryTo("kill", unit);
                tryTo("stop", unit);
            }
            pipes.close();
        }
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
    private static void forget(String unit) {
        tryTo("stop", unit);
        tryTo("reset-failed", unit);
    }

    @SuppressWarnings("EmptyCatch")
    private static void tryTo(String verb, String unit) {
        try {
            CommandRunner.run("systemctl", verb, unit);
        } catch (CommandException e) {
            // not there
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
