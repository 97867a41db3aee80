package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleTimeTest {
    @TempDir
    private Path directory;

    private long nanosOf(String text) throws IOException {
        try (IdleTime idle = new IdleTime(Files.writeString(directory.resolve("uptime"), text))) {
            return idle.nanos();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'7512.34 14020.07', 14020070",
        "'0.01 0.02', 20",
        "'123456789.99 987654321.00', 987654321000",
        "'7512.34', 0",
        "'', 0",
        "nonsense, 0",
    })
    void isTheSecondNumber(String uptime, long millis) throws IOException {
        assertThat(nanosOf(uptime + "\n")).isEqualTo(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void nothingIsIdleWhereNothingCanBeRead() {
        try (IdleTime idle = new IdleTime(directory.resolve("none"))) {
            assertThat(idle.nanos()).isZero();
        }
    }

    @Test
    void thisMachineTellsOfItsOwn() {
        try (IdleTime idle = IdleTime.ofThisMachine()) {
            assertThat(idle.nanos()).isPositive();
        }
    }
}
