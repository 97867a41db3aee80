package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A shell takes systemd's place, which opens the pipes in the same order. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NamedPipesTest {
    @TempDir
    private Path folder;

    private Process unit(NamedPipes pipes, String... command) throws IOException {
        assertThat(pipes.properties())
                .containsExactly(
                        "StandardInput=file:" + folder.resolve("stdin"),
                        "StandardOutput=file:" + folder.resolve("stdout"),
                        "StandardError=file:" + folder.resolve("stderr"));
        return new ProcessBuilder(pipes.wrap(List.of(command)))
                .redirectInput(new File(folder.toFile(), "stdin"))
                .redirectOutput(new File(folder.toFile(), "stdout"))
                .redirectError(new File(folder.toFile(), "stderr"))
                .start();
    }

    /** A file's own stream would look for its length. */
    private static String read(InputStream in) throws IOException {
        return new String(new BufferedInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void carryTheStreamsAndTheEnd() throws Exception {
        try (NamedPipes pipes = NamedPipes.in(folder)) {
            Process unit = unit(pipes, "sh", "-c", "echo err >&2; cat; exit 4");
            pipes.await(10);
            assertThat(pipes.exitCode(0)).isEqualTo(OptionalInt.empty());
            pipes.in().write("hello".getBytes(StandardCharsets.UTF_8));
            pipes.in().close();
            assertThat(read(pipes.out())).isEqualTo("hello");
            assertThat(read(pipes.err())).isEqualTo("err\n");
            assertThat(pipes.exitCode(10)).isEqualTo(OptionalInt.of(4));
            assertThat(unit.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void ofAUnitThatNeverBeganAreLetGo() {
        try (NamedPipes pipes = NamedPipes.in(folder)) {
            assertThatThrownBy(() -> pipes.await(0)).hasMessageStartingWith("its streams were not opened");
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("osier-pipe"))
                        .peek(NamedPipesTest::join))
                .noneMatch(Thread::isAlive);
    }

    private static void join(Thread thread) {
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void sayNothingOfAUnitThatWasKilled() throws Exception {
        NamedPipes pipes = NamedPipes.in(folder);
        Process unit = unit(pipes, "sleep", "65");
        pipes.await(10);
        unit.descendants().forEach(ProcessHandle::destroyForcibly);
        unit.destroyForcibly();
        pipes.close();
        assertThat(pipes.exitCode(10)).isEqualTo(OptionalInt.of(Launcher.UNKNOWN_EXIT_CODE));
    }
}
