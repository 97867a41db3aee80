package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionStateTest {
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    @ParameterizedTest
    @CsvSource({
        "SYN_SENT,    client,  SYN, SYN_SENT",
        "SYN_SENT,    backend, SYN, ESTABLISHED",
        "SYN_SENT,    backend, RST, CLOSED",
        "ESTABLISHED, client,  ACK, ESTABLISHED",
        "ESTABLISHED, backend, ACK, ESTABLISHED",
        "ESTABLISHED, client,  FIN, CLOSE_WAIT",
        "ESTABLISHED, backend, RST, CLOSED",
        "CLOSE_WAIT,  client,  ACK, CLOSE_WAIT",
        "CLOSE_WAIT,  client,  RST, CLOSED",
        "TIME_WAIT,   client,  ACK, TIME_WAIT",
        "TIME_WAIT,   client,  FIN, TIME_WAIT",
        "CLOSED,      backend, ACK, CLOSED",
        "CLOSED,      client,  FIN, CLOSED"
    })
    void tcpGoesOn(ConnectionState from, String sender, String flag, ConnectionState to) {
        int flags = switch (flag) {
            case "SYN" -> SYN;
            case "FIN" -> FIN | ACK;
            case "RST" -> RST;
            default -> ACK;
        };
        assertThat(from.next(IpProtocol.TCP, flags, sender.equals("backend"), false))
                .isEqualTo(to);
    }

    @ParameterizedTest
    @EnumSource(names = {"ESTABLISHED", "CLOSE_WAIT"})
    void theSecondFinEndsTheConnection(ConnectionState from) {
        assertThat(from.next(IpProtocol.TCP, FIN | ACK, true, true)).isEqualTo(ConnectionState.TIME_WAIT);
    }

    @ParameterizedTest
    @CsvSource({"2, SYN_SENT", "18, SYN_SENT", "16, ESTABLISHED", "17, ESTABLISHED", "0, ESTABLISHED"})
    void tcpBeginsWithItsFirstPacket(int flags, ConnectionState first) {
        assertThat(ConnectionState.first(IpProtocol.TCP, flags)).isEqualTo(first);
    }

    @Test
    void aConnectionTakenUpByItsResetIsOver() {
        assertThat(ConnectionState.first(IpProtocol.TCP, RST).next(IpProtocol.TCP, RST, false, false))
                .isEqualTo(ConnectionState.CLOSED);
    }

    @Test
    void datagramsAreAssuredByAnAnswer() {
        assertThat(ConnectionState.first(IpProtocol.UDP, 0)).isEqualTo(ConnectionState.UNREPLIED);
        assertThat(ConnectionState.UNREPLIED.next(IpProtocol.UDP, 0, false, false))
                .isEqualTo(ConnectionState.UNREPLIED);
        assertThat(ConnectionState.UNREPLIED.next(IpProtocol.UDP, 0, true, false))
                .isEqualTo(ConnectionState.ASSURED);
        assertThat(ConnectionState.ASSURED.next(IpProtocol.SCTP, 0, false, false))
                .isEqualTo(ConnectionState.ASSURED);
    }

    @Test
    void finishedResetAndStaleFlowsAreOver() {
        assertThat(ConnectionState.values())
                .filteredOn(ConnectionState::isOver)
                .containsExactly(
                        ConnectionState.TIME_WAIT,
                        ConnectionState.CLOSED,
                        ConnectionState.STALE,
                        ConnectionState.RESET);
    }

    @Test
    void timesKeepTheRfcs() {
        assertThat(ConnectionState.ESTABLISHED.timeoutNanos())
                .as("RFC 5382")
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(7_440));
        assertThat(ConnectionState.SYN_SENT.timeoutNanos())
                .as("RFC 5382")
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(240));
        assertThat(ConnectionState.CLOSE_WAIT.timeoutNanos())
                .as("RFC 5382")
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(240));
        assertThat(ConnectionState.UNREPLIED.timeoutNanos())
                .as("RFC 4787")
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(120));
        assertThat(ConnectionState.ASSURED.timeoutNanos())
                .as("RFC 4787")
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(300));
        assertThat(ConnectionState.STALE.timeoutNanos())
                .as("an answer may take as long as for a flow that is not stale")
                .isEqualTo(ConnectionState.UNREPLIED.timeoutNanos());
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsCode(ConnectionState state) {
        assertThat(ConnectionState.of(state.code())).isEqualTo(state);
    }
}
