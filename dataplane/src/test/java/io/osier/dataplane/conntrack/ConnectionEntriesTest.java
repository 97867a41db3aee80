package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.TcpHeader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionEntriesTest {
    private final ConnectionTable table = new ConnectionTable(4, 1);
    private final ConnectionEntries entries = table.entries();
    private final int other = table.allocate(0);
    private final int entry = table.allocate(0);

    @Test
    void keepsEveryFieldApart() {
        entries.setProtocol(entry, 255);
        entries.setClient(entry, 1, 2, 65_535, 0xffff_ffff_fff1L);
        entries.setService(entry, 3, 4, 65_534, 0xffff_ffff_fff2L);
        entries.setBackend(entry, 5, 6, 65_533, 0xffff_ffff_fff3L);
        entries.setSource(entry, 7, 8, 65_532);
        entries.setChoice(entry, 40_000, 65_535, 127);
        entries.setGeneration(entry, Long.MAX_VALUE);
        entries.setState(entry, ConnectionState.ASSURED, -5);

        assertThat(entries.protocol(entry)).isEqualTo(255);
        assertThat(entries.clientHigh(entry)).isEqualTo(1);
        assertThat(entries.clientLow(entry)).isEqualTo(2);
        assertThat(entries.clientPort(entry)).isEqualTo(65_535);
        assertThat(entries.clientMac(entry)).isEqualTo(0xffff_ffff_fff1L);
        assertThat(entries.serviceHigh(entry)).isEqualTo(3);
        assertThat(entries.serviceLow(entry)).isEqualTo(4);
        assertThat(entries.servicePort(entry)).isEqualTo(65_534);
        assertThat(entries.serviceMac(entry)).isEqualTo(0xffff_ffff_fff2L);
        assertThat(entries.backendHigh(entry)).isEqualTo(5);
        assertThat(entries.backendLow(entry)).isEqualTo(6);
        assertThat(entries.backendPort(entry)).isEqualTo(65_533);
        assertThat(entries.backendMac(entry)).isEqualTo(0xffff_ffff_fff3L);
        assertThat(entries.sourceHigh(entry)).isEqualTo(7);
        assertThat(entries.sourceLow(entry)).isEqualTo(8);
        assertThat(entries.sourcePort(entry)).isEqualTo(65_532);
        assertThat(entries.backendIndex(entry)).isEqualTo(40_000);
        assertThat(entries.backendCount(entry)).isEqualTo(65_535);
        assertThat(entries.choice(entry)).isEqualTo(127);
        assertThat(entries.generation(entry)).isEqualTo(Long.MAX_VALUE);
        assertThat(entries.state(entry)).isEqualTo(ConnectionState.ASSURED);
        assertThat(entries.expiryNanos(entry)).isEqualTo(TimeUnit.MINUTES.toNanos(5) - 5);
        assertThat(entries.protocol(other) + entries.clientPort(other) + entries.generation(other))
                .as("the entry beside it")
                .isZero();
    }

    @Test
    void isDirectIfTheClientSendsToTheBackendItself() {
        entries.setClient(entry, 1, 2, 3, 0);
        entries.setSource(entry, 1, 2, 3);
        entries.setBackend(entry, 4, 5, 6, 0);
        entries.setService(entry, 4, 5, 6, 0);
        assertThat(entries.isDirect(entry)).isTrue();
        assertThat(entries.isTranslated(entry)).isFalse();
        entries.setSource(entry, 1, 2, 9);
        assertThat(entries.isTranslated(entry)).as("another source port").isTrue();
        entries.setService(entry, 4, 5, 9, 0);
        assertThat(entries.isDirect(entry)).isFalse();
        entries.setService(entry, 4, 9, 6, 0);
        assertThat(entries.isDirect(entry)).isFalse();
        entries.setService(entry, 9, 5, 6, 0);
        assertThat(entries.isDirect(entry)).isFalse();
        entries.setSource(entry, 1, 2, 3);
        assertThat(entries.isTranslated(entry)).isTrue();
    }

    @Test
    void isMasqueradedIfAddressOrPortDiffer() {
        entries.setClient(entry, 1, 2, 3, 0);
        entries.setSource(entry, 1, 2, 3);
        assertThat(entries.isMasqueraded(entry)).isFalse();
        entries.setSource(entry, 1, 2, 4);
        assertThat(entries.isMasqueraded(entry)).isTrue();
        assertThat(entries.isBehindGateway(entry)).isFalse();
        entries.setSource(entry, 1, 9, 3);
        assertThat(entries.isMasqueraded(entry)).isTrue();
        assertThat(entries.isBehindGateway(entry)).isTrue();
        entries.setSource(entry, 9, 2, 3);
        assertThat(entries.isMasqueraded(entry)).isTrue();
        assertThat(entries.isBehindGateway(entry)).isTrue();
    }

    @Test
    void countsBothDirectionsTogetherAndStartsTheTimeAnew() {
        entries.setProtocol(entry, IpProtocol.UDP);
        entries.setState(entry, ConnectionState.UNREPLIED, 0);

        entries.account(entry, false, 0, 100, 10);
        assertThat(entries.expiryNanos(entry)).isEqualTo(10 + ConnectionState.UNREPLIED.timeoutNanos());
        entries.account(entry, true, 0, 50, 20);

        assertThat(entries.packets(entry)).isEqualTo(2);
        assertThat(entries.bytes(entry)).isEqualTo(150);
        assertThat(entries.state(entry)).isEqualTo(ConnectionState.ASSURED);
        assertThat(entries.expiryNanos(entry)).isEqualTo(20 + ConnectionState.ASSURED.timeoutNanos());
    }

    @Test
    void remembersWhichSideHasFinished() {
        entries.setProtocol(entry, IpProtocol.TCP);
        entries.setState(entry, ConnectionState.ESTABLISHED, 0);

        entries.account(entry, true, TcpHeader.FIN | TcpHeader.ACK, 40, 0);
        entries.account(entry, true, TcpHeader.FIN | TcpHeader.ACK, 40, 0);
        assertThat(entries.state(entry)).isEqualTo(ConnectionState.CLOSE_WAIT);
        entries.account(entry, false, TcpHeader.ACK, 40, 0);
        assertThat(entries.state(entry)).isEqualTo(ConnectionState.CLOSE_WAIT);
        entries.account(entry, false, TcpHeader.FIN | TcpHeader.ACK, 40, 0);
        assertThat(entries.state(entry)).isEqualTo(ConnectionState.TIME_WAIT);
        entries.account(entry, true, TcpHeader.FIN | TcpHeader.ACK, 40, 0);
        assertThat(entries.state(entry)).as("a repeated FIN").isEqualTo(ConnectionState.TIME_WAIT);
    }
}
