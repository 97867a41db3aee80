package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EpochClockTest {
    @Test
    void showsTheWallClocksTime() {
        Instant before = Instant.now().minusMillis(1);
        long nanos = new EpochClock().getAsLong();
        Instant after = Instant.now().plusMillis(1);
        assertThat(Instant.ofEpochSecond(0, nanos)).isBetween(before, after);
    }

    @Test
    void neverRunsBackwards() {
        EpochClock clock = new EpochClock();
        long last = clock.getAsLong();
        for (int i = 0; i < 100_000; i++) {
            long next = clock.getAsLong();
            assertThat(next >= last).isTrue();
            last = next;
        }
    }
}
