package io.osier.agent.api.client;

/** An agent could not be asked, or said no. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The status of an agent that gave no answer. */
    public static final int UNREACHABLE = 0;

    private final int code;

    public ApiException(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The HTTP status, or {@link #UNREACHABLE}. */
    public int code() {
        return code;
    }

    public boolean isNotFound() {
        return code == 404;
    }
}
