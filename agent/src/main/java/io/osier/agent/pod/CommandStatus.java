package io.osier.agent.pod;

import org.jspecify.annotations.Nullable;

/**
 * How a command is.
 *
 * @param phase {@code RUNNING}, {@code WAITING} to be started again, {@code SUCCEEDED} or {@code FAILED} for good
 * @param exitCode how it ended for good; null if it has not, or nobody knows
 * @param message what happened last, in a sentence
 */
public record CommandStatus(
        Phase phase, int restarts, @Nullable Integer exitCode, String message) {
    /** Where a command is in its life. */
    public enum Phase {
        RUNNING,
        WAITING,
        SUCCEEDED,
        FAILED
    }
}
