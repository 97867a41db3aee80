package io.osier.agent.pod;

import java.time.Duration;

/**
 * How long a command waits before it is started again, as the kubelet has it: not at all the first time, then 10 s, twice that
 * each time, and 5 min at most; anew after 10 min of running. Used on the supervisor's thread only.
 */
final class RestartBackoff {
    private static final long FIRST_SECONDS = 10;
    private static final long MAX_SECONDS = 300;
    private static final Duration PEACE = Duration.ofMinutes(10);

    private long nextSeconds;

    /**
     * The wait after an end.
     *
     * @param ran how long the command ran; zero if it could not even be started
     */
    long delaySecondsAfter(Duration ran) {
        if (ran.compareTo(PEACE) >= 0) {
            nextSeconds = 0;
        }
        long delaySeconds = nextSeconds;
        nextSeconds = Math.min(MAX_SECONDS, Math.max(FIRST_SECONDS, 2 * delaySeconds));
        return delaySeconds;
    }
}
