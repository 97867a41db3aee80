package io.osier.agent.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code osier help}. */
@Command(
        name = "help",
        description = "Tells about osier or one of its commands, as --help does.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier help", "  osier help create pod"})
final class HelpCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Which; all of them are listed without it")
    List<String> words = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine command = spec.root().commandLine();
        for (String word : words) {
            command = command.getSubcommands().get(word);
            if (command == null) {
                throw CliException.usage(
                        "help: there is no command \"" + String.join(" ", words) + "\": see 'osier --help'");
            }
        }
        command.usage(spec.commandLine().getOut());
        return 0;
    }
}
