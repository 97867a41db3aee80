package io.osier.agent.pod;

import org.jspecify.annotations.Nullable;

/** A tool of the distribution failed; the message has its own first line. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CommandException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
