package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final RestartBackoff backoff = new RestartBackoff();

    @Test
    void aCommandThatKeepsEndingWaitsAsTheKubeletMakesIt() {
        assertThat(delaysAfter(SHORT, 8)).containsExactly(0L, 10L, 20L, 40L, 80L, 160L, 300L, 300L);
    }

    @Test
    void aCommandThatCannotEvenBeStartedWaitsJustTheSame() {
        assertThat(delaysAfter(Duration.ZERO, 4)).containsExactly(0L, 10L, 20L, 40L);
    }

    @Test
    void tenMinutesOfRunningAreForgiven() {
        delaysAfter(SHORT, 5);

        assertThat(backoff.delaySecondsAfter(LONG)).isZero();
        assertThat(backoff.delaySecondsAfter(SHORT)).isEqualTo(10);
    }

    @Property
    void neverTwoStartsAtOnceAndNeverMoreThanFiveMinutes(
            @ForAll @Size(min = 2, max = 30) List<@LongRange(min = 0, max = 599) Long> ranSeconds) {
        RestartBackoff any = new RestartBackoff();

        assertThat(any.delaySecondsAfter(SHORT)).isZero();
        for (long seconds : ranSeconds) {
            assertThat(any.delaySecondsAfter(Duration.ofSeconds(seconds))).isBetween(10L, 300L);
        }
    }

    private List<Long> delaysAfter(Duration ran, int times) {
        return java.util.stream.Stream.generate(() -> backoff.delaySecondsAfter(ran))
                .limit(times)
                .toList();
    }
}
