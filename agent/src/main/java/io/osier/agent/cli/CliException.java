package io.osier.agent.cli;

/** A command that cannot be done; the message is {@code WHAT: WHY}, and the way out where there is one. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private CliException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Something failed. */
    public static CliException failed(String message) {
        return new CliException(1, message);
    }

    /** The command was used wrongly. */
    public static CliException usage(String message) {
        return new CliException(2, message);
    }

    int exitCode() {
        return exitCode;
    }
}
