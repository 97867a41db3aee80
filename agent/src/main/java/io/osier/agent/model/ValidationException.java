package io.osier.agent.model;

/** An object that cannot be accepted; the message names the field and says what it may be, in one line. */
public final class ValidationException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int MAX_CHARACTERS = 600;

    private final String path;

    public ValidationException(String message) {
        this(message.split(": ", 2)[0], message);
    }

    /** The same about the field at a path such as {@code spec.ports[0].port}. */
    ValidationException(String path, String message) {
        super(oneLine(message));
        this.path = path;
    }

    /** {@code spec.ports[0].port: Invalid value: "0": must be 1 to 65535}. */
    static ValidationException invalid(String field, Object value, String rule) {
        return new ValidationException(field, field + ": Invalid value: \"" + value + "\": " + rule);
    }

    /** The path of the field, as far as it is known. */
    String path() {
        return path;
    }

    /** What somebody wrote into a file may hold anything. */
    private static String oneLine(String message) {
        StringBuilder line = new StringBuilder();
        message.codePoints()
                .limit(MAX_CHARACTERS)
                .forEach(c -> line.appendCodePoint(
                        Character.isISOControl(c)
                                        || c == 0x2028
                                        || c == 0x2029
                                        || Character.getType(c) == Character.SURROGATE
                                ? '?'
                                : c));
        return message.length() > MAX_CHARACTERS ? line + "…" : line.toString();
    }
}
