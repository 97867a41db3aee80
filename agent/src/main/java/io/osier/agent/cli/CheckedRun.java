package io.osier.agent.cli;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs the command that is named last, unless it has no use for a global option that is given. */
final class CheckedRun extends CommandLine.RunLast {
    /** Help is printed where picocli knows no way to fail but with a stack trace. */
    @Override
    public int execute(ParseResult words) {
        try {
            return super.execute(words);
        } catch (LostOutputException e) {
            return e.exitCode();
        }
    }

    @Override
    protected List<Object> handle(ParseResult all) throws ExecutionException {
        ParseResult last = all;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        check(all, last.commandSpec().commandLine());
        return super.handle(all);
    }

    private static void check(ParseResult all, CommandLine command) {
        ApiCommand asks = command.getCommandSpec().userObject() instanceof ApiCommand api ? api : null;
        OutputFormat output = ((OsierCommand) all.commandSpec().userObject()).options.output;
        Set<OutputFormat> offered = asks == null ? OutputFormat.TABLES : asks.formats();
        if (!offered.contains(output)) {
            throw new ParameterException(
                    command, "-o " + output.name().toLowerCase(Locale.ROOT) + " is not offered here");
        }
        if (asks != null && asks.nodeIsAsked()) {
            try {
                asks.options().node(); // one at most
            } catch (CliException e) {
                throw new ParameterException(command, String.valueOf(e.getMessage()));
            }
        }
        if (asks != null && asks.nodeIsAsked() && isGiven("--node", all) && isGiven("--socket", all)) {
            throw new ParameterException(command, "--node and --socket: only one of them can say which agent is asked");
        }
    }

    /** Whether a global option stands before or behind any of the commands. */
    static boolean isGiven(String option, ParseResult result) {
        return result.hasMatchedOption(option) || (result.hasSubcommand() && isGiven(option, result.subcommand()));
    }
}
