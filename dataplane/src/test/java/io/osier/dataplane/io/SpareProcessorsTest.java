package io.osier.dataplane.io;

import static io.osier.dataplane.io.SpareProcessors.ROUND_NANOS;
import static io.osier.dataplane.io.SpareProcessors.SAMPLE_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpareProcessorsTest {
    private static final long STEP_NANOS = 1_000_000;

    private long nowNanos = 5;
    private long idleNanos = 77;
    private final SpareProcessors processors = new SpareProcessors(() -> idleNanos, nowNanos);

    /** Data passes for so long, while this many hundredths of a processor are idle. */
    private void pass(long nanos, int idlePercent) {
        for (long passed = 0; passed < nanos; passed += STEP_NANOS) {
            processors.carried(nowNanos);
            nowNanos += STEP_NANOS;
            idleNanos += STEP_NANOS * idlePercent / 100;
        }
        processors.carried(nowNanos);
    }

    @Test
    void nobodyKnowsBeforeItWasSampled() {
        pass(SAMPLE_NANOS - STEP_NANOS, 200);
        assertThat(processors.areThere()).isFalse();
        pass(STEP_NANOS, 200);
        assertThat(processors.areThere()).isTrue();
    }

    @Test
    void lessThanAQuarterOfOneIsNotEnough() {
        pass(SAMPLE_NANOS, 24);
        assertThat(processors.areThere()).isFalse();
    }

    @Test
    void whatWasSampledHoldsForTheRestOfTheRoundWhateverIsTakenThen() {
        pass(SAMPLE_NANOS, 50);
        pass(ROUND_NANOS - SAMPLE_NANOS - STEP_NANOS, 0);
        assertThat(processors.areThere()).isTrue();

        pass(STEP_NANOS, 0);
        assertThat(processors.areThere()).as("the next is sampled").isFalse();
        pass(SAMPLE_NANOS, 0);
        assertThat(processors.areThere()).isFalse();
        pass(ROUND_NANOS, 50);
        assertThat(processors.areThere()).as("idle again").isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 60, 110, 190, 350})
    void aPauseIsNotTakenForIdleProcessors(long pauseMillis) {
        for (int burst = 0; burst < 20; burst++) {
            pass(SAMPLE_NANOS / 2, 0);
            assertThat(processors.areThere()).isFalse();
            nowNanos += pauseMillis * 1_000_000;
            idleNanos += 2 * pauseMillis * 1_000_000;
        }
        pass(SAMPLE_NANOS, 0);
        assertThat(processors.areThere()).isFalse();
    }
}
