package io.osier.bench.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.bench.result.Metric.Bar;
import io.osier.bench.result.Results.Comparison;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Metric RATE =
            new Metric("rate", "Packets", "kpps", true, List.of(new Bar("kernel", 0.8, 1.0), Bar.none("other")));
    private static final Metric TIME =
            new Metric("time", "Round trip", "µs", false, List.of(new Bar("kernel", 1.0, 0.5)));

    private final Results results = new Results();

    @Test
    void theMedianIsTheMiddleOrBetweenTheTwoMiddleOnes() {
        assertThat(Statistics.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Statistics(4, 1, 9));
        assertThat(Statistics.of(List.of(9.0, 1.0, 4.0, 5.0))).isEqualTo(new Statistics(4.5, 1, 9));
        assertThat(Statistics.of(List.of()).median()).isNaN();
    }

    @Test
    void theRatioIsTheMedianOfTheRoundsAndNotOfTheMedians() {
        // The machine got ten times as slow in the second round, and both felt it.
        add(RATE, "osier", 100, 9, 120);
        add(RATE, "kernel", 100, 10, 60);

        Comparison comparison = results.comparisons().get(0);

        assertThat(comparison.ratio()).isEqualTo(new Statistics(1.0, 0.9, 2.0));
        assertThat(comparison.osier().median()).isEqualTo(100);
        assertThat(comparison.baseline().median()).isEqualTo(60);
    }

    @Test
    void whatIsBetterWhenHigherMustBeAtLeastSoHigh() {
        add(RATE, "osier", 80);
        add(RATE, "kernel", 100);

        Comparison comparison = results.comparisons().get(0);

        assertThat(comparison.meetsMust()).isTrue();
        assertThat(comparison.meetsAim()).isFalse();
        assertThat(results.missed()).isEmpty();
    }

    @Test
    void whatIsBetterWhenLowerMustBeAtMostSoHigh() {
        add(TIME, "osier", 101);
        add(TIME, "kernel", 100);

        assertThat(results.missed()).hasSize(1);
    }

    @Test
    void whatCouldNotBeComparedHasMissedItsMust() {
        add(RATE, "osier", 80);

        assertThat(results.missed()).hasSize(1);
        assertThat(results.comparisons().get(1).hasMust()).isFalse();
    }

    private void add(Metric metric, String subject, double... values) {
        for (double value : values) {
            results.add(metric, subject, value);
        }
    }
}
