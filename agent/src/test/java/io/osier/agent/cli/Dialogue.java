package io.osier.agent.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
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
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = OsierCommand.commandLine("1.2.3", config -> 0, words)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return new Dialogue(line.execute(words), out.toString(), err.toString());
    }

    /** The same with an agent to ask, whose socket is named first. */
    static Dialogue with(FakeAgent agent, String... words) {
        List<String> all = new ArrayList<>(List.of("--socket", agent.socket().toString()));
        all.addAll(List.of(words));
        return of(all.toArray(String[]::new));
    }
}
