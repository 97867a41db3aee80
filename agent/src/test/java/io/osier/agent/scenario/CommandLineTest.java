package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.osier;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in a shell: what goes in and out of it, and how it ends. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class CommandLineTest {
    private static final String OSIER = Shell.osierCommand();

    @BeforeAll
    static void makePods() {
        osier("create", "pod", "shelf", "--node", "node-a", "--", "sh", "-c", "while echo line; do sleep 0.1; done")
                .succeeded();
    }

    @AfterAll
    static void removePods() {
        osier("delete", "pod", "shelf", "speaker", "--ignore-not-found").succeeded();
    }

    @Test
    void aWordWithAnAtSignIsPassedOn() {
        assertThat(osier("exec", "shelf", "--", "echo", "@/etc/hostname")
                        .succeeded()
                        .out())
                .isEqualTo("@/etc/hostname\n");
    }

    @Test
    void execReadsTheStandardInputOnlyIfAsked() {
        assertThat(bash("seq 3 | while read n; do " + OSIER + " exec shelf -- sh -c \"cat; echo got $n\"; done")
                        .out())
                .isEqualTo("got 1\ngot 2\ngot 3\n");
        assertThat(bash("echo hello | " + OSIER + " exec -i pod/shelf -- cat").out())
                .isEqualTo("hello\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get pods", "rules", "capture -c 1 --duration 1 -w -"})
    void outputThatCannotBeWrittenIsAFailure(String words) {
        Shell.Result result = bash(OSIER + " " + words + " >/dev/full");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains(
                        "osier: " + words.split(" ", 2)[0] + ": cannot write standard output: No space left on device");
    }

    @ParameterizedTest
    @ValueSource(strings = {"logs -f shelf", "completion bash"})
    void aReaderThatHasSeenEnoughEndsTheCommandInSilence(String words) {
        Shell.Result result = bash("timeout 20 " + OSIER + " " + words + " | head -n 1; echo ${PIPESTATUS[0]}");
        assertThat(result.lines().get(1)).isEqualTo("0");
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LC_ALL=C", "-u LANG -u LC_ALL", "LANG=C.UTF-8", "LC_ALL=tlh_KL.UTF-8"})
    void wordsInAllLettersPassInEveryLocale(String locale) {
        String osier = "env " + locale + " " + OSIER;
        assertThat(bash(osier + " exec shelf -- echo grüße").out()).isEqualTo("grüße\n");
        bash(osier + " create pod speaker -- sh -c 'echo grüße; printf \"\\377\\376\"; sleep 99'")
                .succeeded();
        assertThat(bash("for i in $(seq 50); do " + osier
                                + " logs speaker | od -An -c | tr -d ' \\n' | grep . && break; done")
                        .out())
                .isEqualTo("gr303274303237e\\n377376\n");
        osier("delete", "pod", "speaker").succeeded();
    }

    @Test
    void anInterruptedExecEndsWithItsCommand() {
        Shell.Result result = bash("set -m; " + OSIER + " exec shelf -- sleep 4711 & for i in $(seq 100); do"
                + " pgrep -f '^sleep 4711' >/dev/null && break; sleep 0.1; done; kill -INT $!; wait $!; echo $?;"
                + " pgrep -f '^sleep 4711'");
        assertThat(result.out()).isEqualTo("130\n");
    }

    @Test
    void aWatchTellsOfAPodFromItsBeginningToItsEndAndOfNothingElse() {
        osier("delete", "pod", "passer-by", "--ignore-not-found").succeeded();
        Shell.Result result = bash("set -m; " + OSIER + " get pods -w >/tmp/osier-watch.$$ & watch=$!;"
                + " until grep -q shelf /tmp/osier-watch.$$; do sleep 0.1; done; "
                + OSIER + " create pod passer-by -- sleep 99 >/dev/null;"
                + " until grep -q 'passer-by.*Running' /tmp/osier-watch.$$; do sleep 0.1; done; "
                + OSIER + " delete pod passer-by --wait >/dev/null; sleep 3;"
                + " kill -INT $watch; wait $watch; echo ended $?; cat /tmp/osier-watch.$$; rm /tmp/osier-watch.$$");
        assertThat(result.err()).as("bash tells of its job").doesNotContain("osier: ");
        assertThat(result.lines().get(0)).isEqualTo("ended 130");
        assertThat(result.out()).containsOnlyOnce("NAME ").containsOnlyOnce("shelf ");
        assertThat(result.lines().get(result.lines().size() - 1)).startsWith("passer-by ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodes", "leases", "services", "endpoints"})
    void aWatchOfWhatDoesNotChangeIsSilent(String kind) {
        assertThat(bash("timeout 5 " + OSIER + " get " + kind + " --watch-only").out())
                .isEmpty();
    }
}
