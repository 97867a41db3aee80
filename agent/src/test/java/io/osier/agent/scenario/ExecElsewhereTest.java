package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.osier;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Commands in pods whose namespaces the caller does not see, as on another machine: the caller has mounts of its own, and nothing
 * in {@code /run/netns}. The agents run the command and pass on what is said.
 */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class ExecElsewhereTest {
    private static final String ELSEWHERE =
            "unshare --mount sh -c 'mount -t tmpfs none /run/netns && exec \"$@\"' elsewhere " + Shell.osierCommand()
                    + " --node node-a exec ";

    @BeforeAll
    static void makePods() {
        osier("create", "pod", "near", "--node", "node-a").succeeded();
        osier("create", "pod", "far", "--node", "node-b").succeeded();
    }

    private static boolean runs(String command) {
        return bash("pgrep -f '^" + command + "$'").exitCode() == 0;
    }

    @Test
    void runInTheirPod() {
        for (String pod : new String[] {"near", "far"}) {
            Shell.Result result = bash(ELSEWHERE + pod + " -- sh -c 'hostname; ip -o -4 addr show eth0; exit 3'");
            assertThat(result.out()).startsWith(pod + "\n").contains(TwoNodeLab.podIp(pod) + "/");
            assertThat(result.exitCode()).isEqualTo(3);
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void haveOutputsOfTheirOwn() {
        assertThat(bash(ELSEWHERE + "far -- sh -c 'echo out; echo err >&2' 2>/dev/null")
                        .out())
                .isEqualTo("out\n");
        assertThat(bash(ELSEWHERE + "far -- sh -c 'echo out; echo err >&2' 2>&1 >/dev/null")
                        .out())
                .isEqualTo("err\n");
    }

    @Test
    void readTheStandardInputOnlyIfAsked() {
        assertThat(bash("echo hello | " + ELSEWHERE + "far -- cat").out()).isEmpty();
        assertThat(bash("echo hello | " + ELSEWHERE + "far -i -- cat").out()).isEqualTo("hello\n");
    }

    @Test
    void takeAndGiveManyBytesWhole() {
        String sums = bash("head -c 20000000 /dev/urandom | tee >(sha256sum >&2) | " + ELSEWHERE
                        + "-i far -- cat | sha256sum >&2; sleep 0.2")
                .err();
        assertThat(sums.lines().distinct()).hasSize(1);
        assertThat(sums.lines()).hasSize(2);
    }

    @Test
    void loseNothingToAReaderThatIsSlow() {
        assertThat(bash(ELSEWHERE + "far -- head -c 40000000 /dev/zero | (sleep 3; wc -c)")
                        .out())
                .isEqualTo("40000000\n");
    }

    @Test
    void endThoughWhatTheyLeaveRunningHoldsTheirOutput() {
        assertThat(bash("timeout 20 " + ELSEWHERE + "far -- sh -c 'sleep 30 & echo begun'")
                        .succeeded()
                        .out())
                .isEqualTo("begun\n");
    }

    @Test
    void takeWordsAsTheyAre() {
        assertThat(bash(ELSEWHERE + "far -- printf '[%s]' \"it's\" 'a b' '$HOME' '*' '' 'grüße' '@x' 'a+b&c=d%20'")
                        .out())
                .isEqualTo("[it's][a b][$HOME][*][][grüße][@x][a+b&c=d%20]");
    }

    @Test
    void thatAreNotThereSaySo() {
        Shell.Result result = bash(ELSEWHERE + "far -- no-such-program");
        assertThat(result.exitCode()).isEqualTo(127);
        assertThat(result.err()).contains("no-such-program").contains("not found");
    }

    @Test
    void tellTheirExitCodeThoughTheyDoNotReadTheirInput() {
        for (int i = 0; i < 5; i++) {
            Shell.Result result = bash(ELSEWHERE + "-i far -- sh -c 'exit 3' </dev/zero");
            assertThat(result.err()).as("time %d", i).isEmpty();
            assertThat(result.exitCode()).as("time %d", i).isEqualTo(3);
        }
    }

    @Test
    void endWithTheirCaller() {
        for (String signal : new String[] {"INT", "KILL"}) {
            bash("timeout --foreground -s " + signal + " 3 " + ELSEWHERE + "far -- sleep 7171");
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !runs("sleep 7171"));
        }
    }

    @Test
    void endWithACallerWhoseInputNobodyReads() {
        bash("timeout --foreground -s KILL 3 " + ELSEWHERE + "-i far -- sleep 7272 </dev/zero");
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !runs("sleep 7272"));
    }

    @Test
    void haveATerminalOfTheCallersSize() {
        String line = ELSEWHERE + "-it far -- sh -c \"sleep 1; tty; stty size; hostname\"";
        assertThat(bash("script -qec '" + quoted("stty cols 101 rows 37; " + line) + "' /dev/null </dev/null")
                        .out())
                .contains("/dev/pts/", "37 101\r\n", "far\r\n");
    }

    @Test
    void giveTheCallersTerminalBackAsItWas() {
        String line =
                "before=$(stty -g); " + ELSEWHERE + "-it far -- true; test \"$before\" = \"$(stty -g)\" && echo same";
        assertThat(bash("script -qec '" + quoted(line) + "' /dev/null </dev/null")
                        .out())
                .endsWith("same\r\n");
    }

    @Test
    void withoutATerminalSayThatTheyHaveNone() {
        Shell.Result result = bash("echo hello | " + ELSEWHERE + "-it far -- cat");
        assertThat(result.out()).isEqualTo("hello\n");
        assertThat(result.err()).isEqualTo("Unable to use a TTY - input is not a terminal\n");
    }

    private static String quoted(String line) {
        return line.replace("'", "'\\''");
    }
}
