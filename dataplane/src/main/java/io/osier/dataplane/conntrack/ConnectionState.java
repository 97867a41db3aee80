package io.osier.dataplane.conntrack;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.TcpHeader;
import java.util.concurrent.TimeUnit;

/**
 * Where a flow is in its life, and how long it may stay silent there. TCP's times keep RFC 5382 (section 5: established
 * at least 2 h 4 min, transitory at least 4 min), UDP's RFC 4787 (section 4.3: 5 min advised once answered, 2 min at least).
 */
public enum ConnectionState {
    /** TCP: SYN seen. */
    SYN_SENT(240),
    /** TCP: answered. */
    ESTABLISHED(86_400),
    /** TCP: one side has sent FIN. */
    CLOSE_WAIT(240),
    /** TCP: both sides have sent FIN. */
    TIME_WAIT(240),
    /** TCP: a side has sent RST. */
    CLOSED(10),
    /** UDP and others: no answer yet. */
    UNREPLIED(120),
    /** UDP and others: packets in both directions. */
    ASSURED(300),
    /** Lost its backend: an answer that is still on its way is nobody's, for as long as one may take. */
    STALE(120),
    /** TCP: lost its backend, and both ends were told so by RST. */
    RESET(120);

    private static final ConnectionState[] VALUES = values();

    private final long timeoutNanos;

    ConnectionState(long timeoutSeconds) {
        timeoutNanos = TimeUnit.SECONDS.toNanos(timeoutSeconds);
    }

    /** By default; {@link FlowTimeouts} has others. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** Whether the flow is over, so that its entry may go when room is short and the client may use its port anew. */
    public boolean isOver() {
        return this == TIME_WAIT || this == CLOSED || this == STALE || this == RESET;
    }

    /** The state of a flow's first packet. */
    public static ConnectionState first(int protocol, int tcpFlags) {
        if (protocol != IpProtocol.TCP) {
            return UNREPLIED;
        }
        // A flow met in the middle (its table was lost) is taken up as it is.
        return (tcpFlags & TcpHeader.SYN) != 0 ? SYN_SENT : ESTABLISHED;
    }

    /**
     * The state after a packet.
     *
     * @param reply whether the packet comes from the backend
     * @param finSeenFromOtherSide whether the other side has already closed its half
     */
    public ConnectionState next(int protocol, int tcpFlags, boolean reply, boolean finSeenFromOtherSide) {
        if (protocol != IpProtocol.TCP) {
            return reply ? ASSURED : this;
        }
        if ((tcpFlags & TcpHeader.RST) != 0) {
            return CLOSED;
        }
        if ((tcpFlags & TcpHeader.FIN) != 0) {
            return finSeenFromOtherSide ? TIME_WAIT : isOver() ? this : CLOSE_WAIT;
        }
        return this == SYN_SENT && reply ? ESTABLISHED : this;
    }

    static boolean isCode(int code) {
        return code >= 0 && code < VALUES.length;
    }

    static ConnectionState of(int code) {
        return VALUES[code];
    }

    @SuppressWarnings("EnumOrdinal") // a table that outlives its process is of one layout only, which counts these
    int code() {
        return ordinal();
    }
}
