package io.osier.agent.capture;

/** Why a capture cannot be had, in one line for the user. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean wrongUsage;

    private CaptureException(String message, boolean wrongUsage) {
        super(message);
        this.wrongUsage = wrongUsage;
    }

    /** What was asked for makes no sense. */
    static CaptureException wrongUsage(String message) {
        return new CaptureException(message, true);
    }

    /** What was asked for cannot be done here and now. */
    static CaptureException unavailable(String message) {
        return new CaptureException(message, false);
    }

    /** Whether the request is at fault (HTTP 400, exit code 2), and not the circumstances. */
    public boolean isWrongUsage() {
        return wrongUsage;
    }
}
