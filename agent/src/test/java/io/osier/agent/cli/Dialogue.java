package io.osier.agent.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * What a user typed, and what came of it.
 *
 * @param out of standard output
 * @param err of standard error
 */
record Dialogue(int exitCode, String out, String err) {
    /** Types these words. */
    static Dialogue of(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StandardOutput stdout = new StandardOutput(out, () -> false);
        StringWriter err = new StringWriter();
        CommandLine line =
                OsierCommand.commandLine(stdout, "1.2.3", config -> 0, words).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(words);
        stdout.text().flush();
        return new Dialogue(exitCode, out.toString(StandardCharsets.UTF_8), err.toString());
    }

    /** The same with an agent to ask, whose socket is named first. */
    static Dialogue with(FakeAgent agent, String... words) {
        List<String> all = new ArrayList<>(List.of("--socket", agent.socket().toString()));
        all.addAll(List.of(words));
        return of(all.toArray(String[]::new));
    }
}
