package io.osier.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code osier completion}. */
@Command(
        name = "completion",
        description = "Prints a script that completes osier's words in bash or zsh.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  source <(osier completion bash)"})
final class CompletionCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh", defaultValue = "bash")
    String shell = "bash";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public Integer call() {
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw CliException.usage("completion: " + shell + ": bash and zsh are known");
        }
        spec.commandLine().getOut().print(OsierCommand.completion(spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
