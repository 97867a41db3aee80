package io.osier.agent.pod;

/**
 * How a pod's command is.
 *
 * @param phase {@code RUNNING}, {@code WAITING} to be started again, {@code SUCCEEDED} or {@code FAILED} for good
 * @param message what happened last, in a sentence
 */
public record CommandStatus(Phase phase, int restarts, String message) {
    /** Where a command is in its life. */
    public enum Phase {
        RUNNING,
        WAITING,
        SUCCEEDED,
        FAILED
    }
}
