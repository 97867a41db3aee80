package io.osier.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code osier man}: prints the manual page, for those who make packages. */
@Command(
        name = "man",
        hidden = true,
        description = "Prints the manual page, osier(1).",
        footer = {"", "Example:", "  osier man | man -l -"})
final class ManCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(new ManPage(spec.root().commandLine().getCommandSpec()).text());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
