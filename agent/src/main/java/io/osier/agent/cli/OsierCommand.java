package io.osier.agent.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code osier}: the root of all commands. */
@Command(
        name = "osier",
        synopsisSubcommandLabel = "COMMAND",
        description = "A container network in user space that hides nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier lab up                                   two nodes on this machine",
            "  osier create pod web-1 -l app=web --node node-a",
            "  osier get pods -o wide",
            "  osier create service web --port 80:8080 --selector app=web",
            "  osier rules",
            "  osier capture -w - | wireshark -k -i -",
            "  osier lab down"
        })
public final class OsierCommand implements Runnable {
    @Mixin
    GlobalOptions options = new GlobalOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    final StandardOutput stdout;

    private OsierCommand(StandardOutput stdout) {
        this.stdout = stdout;
    }

    /**
     * Does what the words say.
     *
     * @return the exit code: 0 done, 1 failed, 2 wrong usage
     */
    public static int execute(String[] words, String version, AgentRunner agent) {
        return execute(StandardOutput.ofProcess(), version, agent, words);
    }

    static int execute(StandardOutput stdout, String version, AgentRunner agent, String... words) {
        CommandLine line = commandLine(stdout, version, agent, words)
                .setErr(new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true));
        try {
            int exitCode = line.execute(words);
            stdout.flush();
            return exitCode;
        } catch (LostOutputException e) {
            if (!e.isQuiet()) {
                List<CommandLine> said = line.getParseResult().asCommandLineList();
                line.getErr().println(prefix(said.get(said.size() - 1)) + e.getMessage());
            }
            return e.exitCode();
        }
    }

    /** The command line, ready to be asked: all of it, or what these words need. */
    static CommandLine commandLine(StandardOutput stdout, String version, AgentRunner agent, String... words) {
        CommandLine commandLine = new CommandLine(new OsierCommand(stdout));
        Commands.addTo(commandLine, agent, words);
        setVersion(commandLine, "osier " + version);
        Words.refuseEmpty(commandLine);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExpandAtFiles(false); // a word is what it says, and above all behind --
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setOut(stdout.text());
        commandLine.setOverwrittenOptionsAllowed(true); // the last one counts, as with kubectl
        commandLine.setExecutionStrategy(new CheckedRun());
        commandLine.setParameterExceptionHandler(OsierCommand::complain);
        commandLine.setExecutionExceptionHandler((failure, line, result) -> fail(failure, line));
        return commandLine;
    }

    private static void setVersion(CommandLine line, String version) {
        line.getCommandSpec().version(version);
        line.getSubcommands().values().forEach(subcommand -> setVersion(subcommand, version));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do");
    }

    private static int complain(ParameterException wrong, String[] words) {
        CommandLine line = wrong.getCommandLine();
        String command = line.getCommandSpec().qualifiedName();
        line.getErr()
                .println(prefix(line) + firstLine(String.valueOf(wrong.getMessage())) + ": see '" + command
                        + " --help'");
        return 2;
    }

    private static int fail(Exception failure, CommandLine line) {
        if (failure instanceof LostOutputException lost) {
            return lost.exitCode(); // said once, where all of it ends
        }
        PrintWriter err = line.getErr();
        String message = firstLine(failure.getMessage() == null ? failure.toString() : failure.getMessage());
        if (failure instanceof CliException known) {
            err.println("osier: " + message);
            return known.exitCode();
        }
        err.println(prefix(line) + message);
        if (System.getenv("OSIER_DEBUG") != null) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            err.print(trace);
        }
        return 1;
    }

    /** {@code osier: create pod: }. */
    private static String prefix(CommandLine line) {
        String name = line.getCommandSpec().qualifiedName();
        return name.equals("osier") ? "osier: " : "osier: " + name.substring("osier ".length()) + ": ";
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("failed");
    }

    /** The completion script for bash and zsh. */
    static String completion(CommandLine root) {
        return AutoComplete.bash("osier", root);
    }
}
