package io.osier.agent.cli;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Standard output cannot be written, so that whatever else a command would print is in vain. */
final class LostOutputException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    private final boolean readerLeft;

    /** @param readerLeft whether somebody has seen enough, which is no failure to speak of */
    LostOutputException(IOException cause, boolean readerLeft) {
        super("cannot write standard output: " + cause.getMessage(), cause);
        this.readerLeft = readerLeft;
    }

    boolean isQuiet() {
        return readerLeft;
    }

    int exitCode() {
        return readerLeft ? 0 : 1;
    }
}
