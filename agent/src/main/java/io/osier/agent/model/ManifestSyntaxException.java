package io.osier.agent.model;

/** A text that cannot be read from some line on. */
final class ManifestSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    ManifestSyntaxException(int line, String message) {
        super(message);
        this.line = line;
    }

    int line() {
        return line;
    }
}
