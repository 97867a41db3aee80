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
        tell("osier: ", what);
        failures++;
    }

    /** Says, as kubectl does, what was taken and will not be as its author may expect. */
    void warn(String what) {
        tell("Warning: ", what);
    }

    private void tell(String begin, String what) {
        out.flush(); // as it happened, where both go to one terminal
        err.print(begin);
        err.print(what);
        err.print('\n');
        err.flush();
    }

    void flush() {
        out.flush();
    }

    int failures() {
        return failures;
    }
}
