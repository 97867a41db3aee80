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
        try (IdleTime idle = IdleTime.of(Files.writeString(directory.resolve("stat"), text))) {
            return idle.nanos();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cpu  100 20 300 4000 50 6 7 8 9 10\\ncpu0 1 2 3 4 5, 40500",
        "cpu  1 2 3 123456789 0 0 0 0 0 0\\n, 1234567890",
        "cpu 1 2 3 4 5, 90",
        "cpu  1 2 3\\ncpu0 9 9 9 9 9, 0",
        "'', 0",
        "nonsense, 0",
    })
    void addsUpWhatWasIdleAndWhatWaitedForDisks(String stat, long millis) throws IOException {
        assertThat(nanosOf(stat.replace("\\n", "\n")))
                .isEqualTo(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void nothingIsIdleWhereNothingCanBeRead() {
        try (IdleTime idle = IdleTime.of(directory.resolve("none"))) {
            assertThat(idle.nanos()).isZero();
        }
    }

    @Test
    void thisMachineTellsOfItsOwn() {
        try (IdleTime idle = IdleTime.ofThisMachine()) {
            long before = idle.nanos();
            assertThat(before).isPositive();
            assertThat(idle.nanos()).isGreaterThanOrEqualTo(before);
        }
    }
}
