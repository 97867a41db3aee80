package io.osier.agent.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a user typed, and what came of it.
 *
 * @param out of standard output
 * @param err of standard error
 */
record Dialogue(int exitCode, String out, String err) {
    /** Types these words. */
    static Dialogue of(String... words) {
        return of(line -> {}, words);
    }

    /** The same with an agent to ask, which is found where no socket is named. */
    static Dialogue with(FakeAgent agent, String... words) {
        String socket = agent.socket().toString();
        return of(
                line -> line.setDefaultValueProvider(argument -> argument.isOption()
                                && ((OptionSpec) argument).longestName().equals("--socket")
                        ? socket
                        : null),
                words);
    }

    private static Dialogue of(Consumer<CommandLine> change, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StandardOutput stdout = new StandardOutput(out, () -> false);
        StringWriter err = new StringWriter();
        CommandLine line =
                OsierCommand.commandLine(stdout, "1.2.3", config -> 0, words).setErr(new PrintWriter(err, true));
        change.accept(line);
        int exitCode = line.execute(words);
        stdout.text().flush();
        return new Dialogue(exitCode, out.toString(StandardCharsets.UTF_8), err.toString());
    }
}
