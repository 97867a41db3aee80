package io.osier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.result.Results;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportsTest {
    private static final Metric RATE =
            new Metric("rate", "Packets <small>", "kpps", true, List.of(new Bar("kernel", 2.5, 4)));
    private static final Metric TIME =
            new Metric("time", "Round trip", "µs", false, List.of(new Bar("kernel", 1.0, 0.5)));
    private static final Machine MACHINE = new Machine(
            Map.of("osier", "osier 1", "kernel", "6", "processors", "2", "processor", "A & B", "iptables", "x"));

    private final Results results = new Results();

    @BeforeEach
    void measured() {
        add(RATE, "osier", 290, 300, 310);
        add(RATE, "kernel", 100, 100, 100);
        add(TIME, "osier", 60);
        add(TIME, "kernel", 30);
    }

    @Test
    void theTableSaysMediansSpreadsRatiosAndWhatIsMissed() {
        assertThat(new TextTable(new Paint(false)).of(results)).isEqualTo("""
                METRIC           UNIT  OSIER             AGAINST  ITS               RATIO             MUST            AIM
                Packets <small>  kpps  300 (290-310)     kernel   100 (100-100)     3.00 (2.90-3.10)  >= 2.50 met     >= 4.00 not yet
                Round trip       µs    60.0 (60.0-60.0)  kernel   30.0 (30.0-30.0)  2.00 (2.00-2.00)  <= 1.00 MISSED  <= 0.500 not yet
                """);
    }

    @Test
    void coloursDoNotShiftColumns() {
        String painted = new TextTable(new Paint(true)).of(results);

        assertThat(painted).contains("\u001b[31m<= 1.00 MISSED\u001b[0m");
        assertThat(Paint.plain(painted)).isEqualTo(new TextTable(new Paint(false)).of(results));
    }

    @Test
    void theJsonHasEverySampleAndEveryVerdict() {
        results.addFailure("udp: osier: nothing arrived");

        var json = JsonReport.of(results, MACHINE, Map.of("underlay", "veth"), Instant.EPOCH);

        assertThat(json.at("/metrics/0/subjects/osier/samples").size()).isEqualTo(3);
        assertThat(json.at("/metrics/0/subjects/kernel/median").asDouble()).isEqualTo(100);
        assertThat(json.at("/comparisons/0/mustMet").asBoolean()).isTrue();
        assertThat(json.at("/comparisons/1/mustMet").asBoolean()).isFalse();
        assertThat(json.at("/failures/0").asString()).isEqualTo("udp: osier: nothing arrived");
        assertThat(json.at("/machine/processor").asString()).isEqualTo("A & B");
    }

    @Test
    void thePictureIsXmlAndPutsWhatIsBetterToTheRight() throws Exception {
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(SvgChart.of(results, MACHINE).getBytes(StandardCharsets.UTF_8)));

        Element better = (Element) svg.getElementsByTagName("rect").item(0);
        Element worse = (Element) svg.getElementsByTagName("rect").item(1);
        assertThat(better.getAttribute("class")).isEqualTo("better");
        assertThat(worse.getAttribute("class")).isEqualTo("worse");
        assertThat(Double.parseDouble(worse.getAttribute("x")))
                .isLessThan(Double.parseDouble(better.getAttribute("x")));
    }

    @Test
    void numbersKeepThreeDigits() {
        assertThat(List.of(
                        Numbers.of(12345), Numbers.of(12.345), Numbers.of(1.2345), Numbers.of(0.01234), Numbers.of(0)))
                .containsExactly("12,345", "12.3", "1.23", "0.012", "0");
    }

    private void add(Metric metric, String subject, double... values) {
        for (double value : values) {
            results.add(metric, subject, value);
        }
    }
}
