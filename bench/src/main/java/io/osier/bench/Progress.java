package io.osier.bench;

import java.io.PrintWriter;
import java.util.function.Consumer;

/** Says what is being done: on a terminal in one line that is written over, elsewhere in a line for each thing. */
final class Progress implements Consumer<String> {
    private final PrintWriter out;
    private final boolean terminal = isTerminal();

    Progress(PrintWriter out) {
        this.out = out;
    }

    /** {@code scripts/bench} has asked, since Java cannot tell for each of its streams. */
    static boolean isTerminal() {
        return Boolean.getBoolean("osier.bench.terminal");
    }

    @Override
    public void accept(String line) {
        out.print(terminal ? "\r\u001b[K" + line : line + "\n");
        out.flush();
    }

    void done() {
        if (terminal) {
            accept("");
        }
    }
}
