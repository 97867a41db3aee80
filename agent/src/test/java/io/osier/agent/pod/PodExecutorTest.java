package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are talked to; entering a pod's namespace, which takes one, is left out. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodExecutorTest {
    @TempDir
    private Path folder;

    private PodExecutor executor;

    @BeforeEach
    void make() {
        executor = new PodExecutor(new ChildLauncher(), (namespace, hostname) -> List.of("env"), folder);
    }

    private PodExecution start(boolean terminal, String... command) throws IOException {
        return executor.start("web", "web", List.of(command), terminal);
    }

    private static String read(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void say(PodExecution execution, String text) throws IOException {
        execution.stdin().write(text.getBytes(StandardCharsets.UTF_8));
        execution.stdin().flush();
    }

    private static String until(InputStream in, String awaited) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (!text.toString().contains(awaited)) {
            int length = in.read(buffer);
            assertThat(length).as("after %s", text).isPositive();
            text.append(new String(Arrays.copyOf(buffer, length), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @Test
    void theOutputsAreApartAndTheExitCodeIsTheCommands() throws Exception {
        try (PodExecution execution = start(false, "sh", "-c", "echo out; echo err >&2; pwd; exit 7")) {
            assertThat(read(execution.stdout())).isEqualTo("out\n/\n");
            assertThat(read(execution.stderr())).isEqualTo("err\n");
            assertThat(execution.await()).isEqualTo(7);
        }
    }

    @Test
    void whatAnAgentBeforeHasLeftIsEnded() throws Exception {
        try (PodExecution left = start(false, "sh", "-c", "echo begun; trap '' TERM; sleep 300; :")) {
            until(left.stdout(), "begun");
            make(); // the next agent, of the same folder
            assertThat(left.await()).isEqualTo(137);
        }
    }

    @Test
    void theInputArrivesAndEnds() throws Exception {
        try (PodExecution execution = start(false, "cat")) {
            say(execution, "hello\n");
            execution.stdin().close();
            assertThat(read(execution.stdout())).isEqualTo("hello\n");
            assertThat(execution.await()).isZero();
        }
    }

    @Test
    void closingEndsTheCommandWithAllThatItStarted() throws Exception {
        PodExecution execution = start(false, "sh", "-c", "sleep 61 & echo $!; wait");
        long child = Long.parseLong(until(execution.stdout(), "\n").strip());
        execution.close();
        assertThat(execution.await()).isEqualTo(143);
        Awaitility.await()
                .until(() -> ProcessHandle.of(child)
                        .map(process -> !process.isAlive())
                        .orElse(true));
        execution.close(); // again, for nothing
    }

    @Test
    void whatACommandLeavesRunningGoesOn() throws Exception {
        PodExecution execution = start(false, "sh", "-c", "sleep 62 >/dev/null 2>&1 & echo $!");
        ProcessHandle child = ProcessHandle.of(
                        Long.parseLong(read(execution.stdout()).strip()))
                .orElseThrow();
        assertThat(execution.await()).isZero();
        execution.close();
        assertThat(child.isAlive()).isTrue();
        child.destroyForcibly();
    }

    @Test
    void aTerminalIsOne() throws Exception {
        try (PodExecution execution = start(true, "sh", "-c", "test -t 0 && test -t 1 && test -t 2; echo $? $TERM")) {
            assertThat(until(execution.stdout(), "xterm")).isEqualTo("0 xterm\r\n");
            assertThat(execution.await()).isZero();
        }
    }

    @Test
    void wordsReachACommandOnATerminalAsTheyAre() throws Exception {
        try (PodExecution execution = start(true, "printf", "[%s]", "it's", "a b", "$HOME", "*", "")) {
            assertThat(until(execution.stdout(), "[]")).isEqualTo("[it's][a b][$HOME][*][]");
            assertThat(execution.await()).isZero();
        }
    }

    @Test
    void theExitCodeOfACommandOnATerminalIsItsOwn() throws Exception {
        try (PodExecution execution = start(true, "sh", "-c", "exit 9")) {
            assertThat(execution.await()).isEqualTo(9);
        }
    }

    @Test
    void keysAreEchoedAndCtrlCInterrupts() throws Exception {
        try (PodExecution execution = start(true, "sh", "-c", "trap 'echo caught; exit 5' INT; cat; sleep 63")) {
            say(execution, "hello\r");
            until(execution.stdout(), "hello\r\nhello\r\n");
            say(execution, "\003");
            until(execution.stdout(), "caught");
            assertThat(execution.await()).isEqualTo(5);
        }
    }

    @Test
    void aTerminalHasTheSizeThatItIsGiven() throws Exception {
        try (PodExecution execution = start(true, "sh", "-c", "read -r _; stty size; read -r _; stty size")) {
            execution.resize(120, 40);
            say(execution, "\r");
            until(execution.stdout(), "40 120");
            execution.resize(80, 25);
            say(execution, "\r");
            until(execution.stdout(), "25 80");
            assertThat(execution.await()).isZero();
        }
    }

    @Test
    void sizesThatNoTerminalHasAreLetBe() throws Exception {
        try (PodExecution execution = start(true, "sh", "-c", "read -r _; stty size")) {
            execution.resize(120, 40);
            execution.resize(0, 40);
            execution.resize(-1, 1 << 20);
            say(execution, "\r");
            until(execution.stdout(), "40 120");
        }
    }

    @Test
    void closingHangsUpATerminal() throws Exception {
        PodExecution execution = start(true, "sh", "-c", "echo $$; sleep 64");
        long command = Long.parseLong(until(execution.stdout(), "\n").strip());
        execution.close();
        Awaitility.await()
                .until(() -> ProcessHandle.of(command)
                        .map(process -> !process.isAlive())
                        .orElse(true));
    }

    @Test
    void nothingIsLeftInTheFolder() throws Exception {
        try (PodExecution execution = start(true, "true")) {
            execution.await();
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whatAnAgentLeftThatWasKilledIsCleanedUp() throws Exception {
        Files.createFile(Files.createDirectory(folder.resolve("exec123")).resolve("terminal"));
        make();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
