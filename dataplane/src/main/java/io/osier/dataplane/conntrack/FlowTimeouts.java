package io.osier.dataplane.conntrack;

import java.util.concurrent.TimeUnit;

/**
 * How long flows may be silent, in seconds, 1 to {@value #MAX_SECONDS}. The defaults keep to RFC 5382, section 5 (established
 * at least 2 h 4 min, transitory at least 4 min), and RFC 4787, section 4.3 (5 min advised, 2 min at least).
 *
 * @param tcpEstablishedSeconds of a TCP connection that was answered
 * @param tcpTransitorySeconds of one that is being opened or closed
 * @param udpUnansweredSeconds of UDP and SCTP before the first answer
 * @param udpSeconds of UDP and SCTP after that
 */
public record FlowTimeouts(
        int tcpEstablishedSeconds, int tcpTransitorySeconds, int udpUnansweredSeconds, int udpSeconds) {
    /** A week. */
    public static final int MAX_SECONDS = 604_800;

    public static final FlowTimeouts DEFAULT = new FlowTimeouts(86_400, 240, 120, 300);

    public FlowTimeouts {
        check(tcpEstablishedSeconds);
        check(tcpTransitorySeconds);
        check(udpUnansweredSeconds);
        check(udpSeconds);
    }

    private static void check(int seconds) {
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new IllegalArgumentException("must be 1 to " + MAX_SECONDS + " seconds: " + seconds);
        }
    }

    /** How long a flow may be silent in this state. */
    long nanos(ConnectionState state) {
        return switch (state) {
            case SYN_SENT, CLOSE_WAIT, TIME_WAIT -> TimeUnit.SECONDS.toNanos(tcpTransitorySeconds);
            case ESTABLISHED -> TimeUnit.SECONDS.toNanos(tcpEstablishedSeconds);
            case UNREPLIED -> TimeUnit.SECONDS.toNanos(udpUnansweredSeconds);
            case ASSURED -> TimeUnit.SECONDS.toNanos(udpSeconds);
            case CLOSED, STALE, RESET -> state.timeoutNanos();
        };
    }
}
