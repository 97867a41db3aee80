package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.Captures;
import io.osier.dataplane.observe.TestPackets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Needs libpcap. */
@Tag("namespaces")
class CaptureFilterTest {
    private static final CaptureRecord PING = record(TestPackets.ping("10.32.1.2", "10.32.2.2", 1));
    private static final CaptureRecord DNS =
            record(TestPackets.udp("10.32.1.2", 40_000, "10.96.0.10", 53, new byte[30]));

    @ParameterizedTest
    @CsvSource({
        "icmp, true, false",
        "udp port 53, false, true",
        "host 10.32.2.2, true, false",
        "net 10.32.0.0/12, true, true",
        "udp and greater 1000, false, false",
        "ether src 0a:58:0a:20:01:02, true, true",
        "'', true, true"
    })
    void findsWhatTcpdumpWouldFind(String expression, boolean ping, boolean dns) throws CaptureException {
        try (CaptureFilter filter = CaptureFilter.compile(expression)) {
            assertThat(filter.matches(PING)).isEqualTo(ping);
            assertThat(filter.matches(DNS)).isEqualTo(dns);
        }
    }

    @Test
    void looksAtThePodsPacketInsideATunnel() throws CaptureException {
        CaptureRecord tunnelled = Captures.tunnelled(PING);
        assertThat(tunnelled.isTunnelled()).isTrue();
        try (CaptureFilter icmp = CaptureFilter.compile("icmp");
                CaptureFilter vxlan = CaptureFilter.compile("udp port 4789")) {
            assertThat(icmp.matches(tunnelled)).isTrue();
            assertThat(vxlan.matches(tunnelled)).isFalse();
        }
    }

    @Test
    void tellsAWrongExpressionInLibpcapsWords() {
        assertThatThrownBy(() -> CaptureFilter.compile("tcp prot 80"))
                .isInstanceOfSatisfying(
                        CaptureException.class,
                        e -> assertThat(e.isWrongUsage()).isTrue())
                .hasMessageStartingWith("filter \"tcp prot 80\": ")
                .hasMessageContaining("syntax error")
                .hasMessageNotContaining("\n");
    }

    @Test
    void matchesNothingOnceClosed() throws CaptureException {
        CaptureFilter filter = CaptureFilter.compile("icmp");
        filter.close();
        filter.close();
        assertThat(filter.matches(PING)).isFalse();
    }

    private static CaptureRecord record(byte[] frame) {
        return Captures.record("web-1", CaptureStage.TAP_IN, Captures.forwarded(), frame);
    }
}
