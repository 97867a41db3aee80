package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ages as kubectl's {@code HumanDuration} words them. */
class AgeTest {
    @ParameterizedTest
    @CsvSource({
        "PT-3S, 0s", "PT0S, 0s", "PT5S, 5s", "PT119S, 119s", "PT2M, 2m", "PT2M3S, 2m3s", "PT9M59S, 9m59s",
        "PT10M1S, 10m", "PT179M59S, 179m", "PT3H, 3h", "PT3H4M, 3h4m", "PT7H59M, 7h59m", "PT8H59M, 8h", "PT47H, 47h",
        "P2D, 2d", "P2DT5H, 2d5h", "P8DT5H, 8d", "P400D, 400d"
    })
    void sayAsMuchAsMatters(Duration age, String words) {
        assertThat(Age.of(age)).isEqualTo(words);
    }

    @Test
    void countFromATimestamp() {
        assertThat(Age.since("2026-01-01T00:00:00Z", Instant.parse("2026-01-01T00:00:07Z")))
                .isEqualTo("7s");
    }

    @Test
    void ofNoTimestampAreUnknown() {
        assertThat(Age.since("", Instant.EPOCH)).isEqualTo("<unknown>");
    }
}
