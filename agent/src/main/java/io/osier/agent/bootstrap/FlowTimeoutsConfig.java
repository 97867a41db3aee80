package io.osier.agent.bootstrap;

import io.osier.agent.model.ValidationException;
import io.osier.dataplane.conntrack.FlowTimeouts;
import org.jspecify.annotations.Nullable;

/**
 * How long flows of services may be silent before they are forgotten, in seconds; {@link FlowTimeouts} has the defaults and
 * says by which RFCs.
 *
 * @param tcpEstablishedSeconds of a connection that was answered
 * @param tcpTransitorySeconds of one that is being opened or closed
 * @param udpUnansweredSeconds of UDP and SCTP before the first answer
 * @param udpSeconds of UDP and SCTP after that
 */
public record FlowTimeoutsConfig(
        @Nullable Integer tcpEstablishedSeconds,
        @Nullable Integer tcpTransitorySeconds,
        @Nullable Integer udpUnansweredSeconds,
        @Nullable Integer udpSeconds) {
    static final FlowTimeoutsConfig DEFAULT = new FlowTimeoutsConfig(null, null, null, null);

    public FlowTimeoutsConfig {
        FlowTimeouts defaults = FlowTimeouts.DEFAULT;
        tcpEstablishedSeconds =
                checked("tcpEstablishedSeconds", tcpEstablishedSeconds, defaults.tcpEstablishedSeconds());
        tcpTransitorySeconds = checked("tcpTransitorySeconds", tcpTransitorySeconds, defaults.tcpTransitorySeconds());
        udpUnansweredSeconds = checked("udpUnansweredSeconds", udpUnansweredSeconds, defaults.udpUnansweredSeconds());
        udpSeconds = checked("udpSeconds", udpSeconds, defaults.udpSeconds());
    }

    private static int checked(String key, @Nullable Integer seconds, int otherwise) {
        if (seconds == null) {
            return otherwise;
        }
        if (seconds < 1 || seconds > FlowTimeouts.MAX_SECONDS) {
            throw new ValidationException("flowTimeouts." + key + ": Invalid value: " + seconds + ": must be 1 to "
                    + FlowTimeouts.MAX_SECONDS);
        }
        return seconds;
    }

    @SuppressWarnings("NullAway") // the constructor leaves none of them out
    FlowTimeouts toDataplane() {
        return new FlowTimeouts(tcpEstablishedSeconds, tcpTransitorySeconds, udpUnansweredSeconds, udpSeconds);
    }
}
