package io.osier.agent.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process that builds a lab does when it is told to end. */
@Timeout(60)
class LabGuardTest {
    /** However the builder notices: it is interrupted, a tool of its own had the signal first, or it was at its end anyway. */
    @ParameterizedTest
    @ValueSource(strings = {"sleeps", "fails", "has failed"})
    void whatWasMadeIsRemovedAndThatIsSaidBeforeTheProcessEnds(String builder) throws Exception {
        assertThat(ended(builder)).isEqualTo("removed, said, ");
    }

    @Test
    void whatIsCompleteStays() throws Exception {
        assertThat(ended("keeps")).isEmpty();
    }

    /** What a builder says between the signal and its end. */
    private static String ended(String builder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Builder.class.getName(),
                        builder)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(said.readLine()).isEqualTo("builds");
            process.toHandle().destroy();
            return said.lines().map(line -> line + ", ").collect(Collectors.joining());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Takes its time over every word, so that a process that does not wait for it ends before. */
    static final class Builder {
        private static final long A_WHILE_MILLIS = 200;

        private Builder() {}

        @SuppressWarnings("SystemOut")
        private static void say(String word) {
            sleep();
            System.out.println(word);
        }

        private static void sleep() {
            try {
                Thread.sleep(A_WHILE_MILLIS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /**
         * Builds.
         *
         * @param words what becomes of it
         */
        public static void main(String[] words) throws InterruptedException {
            LabGuard guard = new LabGuard(() -> say("removed"), () -> say("said"));
            say("builds");
            try {
                switch (words[0]) {
                    case "sleeps" -> Thread.sleep(60_000);
                    case "fails" -> awaitTheEnd();
                    case "has failed" -> {}
                    default -> {
                        awaitTheEnd();
                        guard.keep();
                    }
                }
            } finally {
                guard.close();
            }
        }

        /** As one that is not interrupted. */
        private static void awaitTheEnd() {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                sleep();
            }
        }
    }
}
