package io.osier.agent.model;

/** An object that cannot be accepted; the message names the field and says what it may be. */
public final class ValidationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ValidationException(String message) {
        super(message);
    }

    /** {@code spec.ports[0].port: Invalid value: "0": must be 1 to 65535}. */
    static ValidationException invalid(String field, Object value, String rule) {
        return new ValidationException(field + ": Invalid value: \"" + value + "\": " + rule);
    }
}
