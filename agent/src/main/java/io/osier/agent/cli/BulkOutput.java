package io.osier.agent.cli;

import java.io.PrintWriter;

/** What a command says of many objects: in order over both streams, and not line by line. */
final class BulkOutput {
    private final PrintWriter out;
    private final PrintWriter err;
    private int failures;

    BulkOutput(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    void say(String line) {
        out.print(line);
        out.print('\n');
    }

    void complain(String what) {
        out.flush(); // as it happened, where both go to one terminal
        err.print("osier: ");
        err.print(what);
        err.print('\n');
        err.flush();
        failures++;
    }

    void flush() {
        out.flush();
    }

    int failures() {
        return failures;
    }
}
