package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of commands that can print no more. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StandardOutputTest {
    private static final OutputStream FULL = new OutputStream() {
        @Override
        public void write(int oneByte) throws IOException {
            throw new IOException("No space left on device");
        }
    };

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream systemErr = System.err;
    private FakeAgent agent;

    @BeforeEach
    void listen() throws IOException {
        agent = new FakeAgent(directory.resolve("api.sock"));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() {
        System.setErr(systemErr);
        agent.close();
    }

    @Test
    void aFullDiskIsAFailureThatIsSaidOnce() {
        agent.on("GET /osier/v1/rules?verbose=false", 200, "Chain\n");
        assertThat(run(new StandardOutput(FULL, () -> false), "rules")).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("osier: rules: cannot write standard output: No space left on device\n");
    }

    @Test
    void helpThatCannotBePrintedIsOneToo() {
        assertThat(run(new StandardOutput(FULL, () -> false), "create", "pod", "--help"))
                .isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("osier: create pod: cannot write standard output: No space left on device\n");
    }

    @Test
    void aReaderThatHasSeenEnoughEndsTheCommandAndNothingIsSaid() {
        agent.on("GET /api/v1/pods/web-1?namespace=default", 200, "{\"metadata\":{\"name\":\"web-1\"}}")
                .on("GET /osier/v1/pods/web-1/log?namespace=default", 200, "a\n");
        assertThat(run(new StandardOutput(FULL, () -> true), "logs", "-f", "web-1"))
                .isZero();
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void whateverIsClosedOnTheWayOutChangesNothing() {
        StandardOutput stdout = new StandardOutput(FULL, () -> true);
        assertThatThrownBy(() -> {
                    try (Writer buffered = new BufferedWriter(new OutputStreamWriter(stdout, StandardCharsets.UTF_8))) {
                        buffered.write("a line");
                        buffered.flush();
                    }
                })
                .isInstanceOf(LostOutputException.class);
    }

    @Test
    void textIsUtf8WhateverTheLocale() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        StandardOutput stdout = new StandardOutput(printed, () -> false);
        stdout.text().println("grüße");
        assertThat(printed.toByteArray()).isEqualTo("grüße\n".getBytes(StandardCharsets.UTF_8));
    }

    private int run(StandardOutput stdout, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "--socket";
        all[1] = agent.socket().toString();
        System.arraycopy(words, 0, all, 2, words.length);
        return OsierCommand.execute(stdout, "1.2.3", config -> 0, all);
    }
}
