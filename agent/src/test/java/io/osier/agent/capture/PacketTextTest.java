package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.Captures;
import io.osier.dataplane.observe.TestPackets;
import java.io.StringWriter;
import java.time.ZoneOffset;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PacketTextTest {
    private final PacketText text = new PacketText();

    @Example
    void writesPacketsAsTcpdumpDoes() {
        assertThat(words(TestPackets.udp("10.32.1.2", 40_000, "10.96.0.10", 53, new byte[30])))
                .isEqualTo("IP 10.32.1.2.40000 > 10.96.0.10.53: UDP, length 30");
        assertThat(words(TestPackets.ping("10.32.1.2", "10.32.2.2", 3)))
                .isEqualTo("IP 10.32.1.2 > 10.32.2.2: ICMP echo request, id 77, seq 3, length 64");
        assertThat(words(TestPackets.arpRequest("10.32.1.2", "10.32.2.2")))
                .isEqualTo("ARP, Request who-has 10.32.2.2 tell 10.32.1.2, length 28");
        assertThat(words(TestPackets.tcp("10.32.1.2", 40_000, "10.96.0.10", 80, 0x12)))
                .isEqualTo(
                        "IP 10.32.1.2.40000 > 10.96.0.10.80: Flags [S.], seq 305419896, ack 2596069104, win 512, length 0");
        assertThat(words(TestPackets.portUnreachable("10.96.0.11", "10.32.1.2", 80)))
                .isEqualTo("IP 10.32.1.1 > 10.32.1.2: ICMP 10.96.0.11 udp port 80 unreachable, length 36");
    }

    @Example
    void looksIntoTheTunnel() {
        CaptureRecord ping = record(TestPackets.ping("10.32.1.2", "10.32.2.2", 3));
        assertThat(text.of(Captures.tunnelled(ping)))
                .isEqualTo("IP 10.32.1.2 > 10.32.2.2: ICMP echo request, id 77, seq 3, length 64");
    }

    @Example
    void writesOneLineAPacket() throws Exception {
        StringWriter lines = new StringWriter();
        try (TextSink sink = new TextSink(lines, ZoneOffset.UTC, false)) {
            sink.write(record(TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2)));
        }
        assertThat(lines)
                .hasToString("22:13:20.123456 web-1 tap-in     IP 10.32.1.2.1 > 10.32.1.3.2: UDP, length 0"
                        + "  # forwarded to web-2\n");
    }

    @Example
    void usesColoursOnlyWhenTold() throws Exception {
        StringWriter lines = new StringWriter();
        try (TextSink sink = new TextSink(lines, ZoneOffset.UTC, true)) {
            sink.write(record(TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2)));
        }
        assertThat(lines.toString()).contains("\u001b[32mweb-1 tap-in\u001b[0m");
    }

    @Provide
    Arbitrary<CaptureRecord> records() {
        return Captures.records();
    }

    @Property(tries = 500)
    void hasWordsForAnything(@ForAll("records") CaptureRecord capture) {
        assertThat(text.of(capture)).isNotBlank().doesNotContain("\n");
    }

    private String words(byte[] frame) {
        return text.of(record(frame));
    }

    private static CaptureRecord record(byte[] frame) {
        return Captures.record("web-1", CaptureStage.TAP_IN, Captures.forwarded(), frame);
    }
}
