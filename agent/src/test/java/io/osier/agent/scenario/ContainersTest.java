package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.osier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pods of several containers, which share a namespace and nothing else. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class ContainersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PAIR = """
            apiVersion: v1
            kind: Pod
            metadata: {name: pair}
            spec:
              nodeName: node-b
              containers:
              - name: web
                command: [%s, serve, --port, "9876", --version, "1.0"]
              - name: client
                env: [{name: URL, value: "http://127.0.0.1:9876/info"}]
                command: [sh, -c]
                args: ["until curl -s --max-time 2 $URL; do sleep 0.2; done; echo; echo asked $(URL); exec sleep 7777"]
            """.formatted(Shell.osierCommand());
    private static final String JOBS = """
            apiVersion: v1
            kind: Pod
            metadata: {name: jobs}
            spec:
              nodeName: node-b
              restartPolicy: Never
              containers:
              - {name: good, command: [echo, done]}
              - {name: bad, command: [sh, -c, "until test -e %s; do sleep 0.1; done; exit 3"]}
            """;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makePair() throws IOException {
        apply(PAIR);
        awaitPods("pair +2/2 +Running +0 ");
        await().atMost(PATIENCE).until(() -> log("client").contains("asked"));
    }

    @AfterAll
    static void removePods() {
        osier("delete", "pod", "pair", "jobs", "--ignore-not-found").succeeded();
        assertThat(bash("pgrep -fx 'sleep 7777'; ls /var/lib/osier/lab/node-b/{commands,logs} | grep -E 'pair|jobs'")
                        .out())
                .isEmpty();
    }

    private static void apply(String manifest) throws IOException {
        Path file = Files.writeString(folder.resolve("pod.yaml"), manifest);
        assertThat(osier("apply", "-f", file.toString()).succeeded().err()).isEmpty();
    }

    private static void awaitPods(String row) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(osier("get", "pods").out()).containsPattern(row));
    }

    private static String log(String container) {
        return osier("logs", "pair", "-c", container).succeeded().out();
    }

    private static String container(String field) {
        return bash(Shell.osierCommand() + " get pod pair -o json | python3 -c 'import json, sys;" + " print(*[c[\""
                        + field + "\"] for c in json.load(sys.stdin)[\"status\"][\"containerStatuses\"]])'")
                .succeeded()
                .out()
                .strip();
    }

    private static String pid(String command) {
        return bash("ip netns pids pair | xargs ps -o pid=,args= -p | awk '/" + command + "/ {print $1}'")
                .succeeded()
                .out()
                .strip();
    }

    @Test
    void theyReachEachOtherOverLoopbackAndPrintEachForItself() {
        assertThat(log("client")).contains("\"version\":\"1.0\"").endsWith("\nasked http://127.0.0.1:9876/info\n");
        assertThat(log("web")).doesNotContain("asked");
        Shell.Result standard = osier("logs", "pair").succeeded();
        assertThat(standard.out()).isEqualTo(log("web"));
        assertThat(standard.err()).isEqualTo("Defaulted container \"web\" out of: web, client\n");
        assertThat(osier("logs", "pair", "--all-containers", "--prefix")
                        .succeeded()
                        .out())
                .contains("[pod/pair/client] asked http://127.0.0.1:9876/info\n");
    }

    @Test
    void oneThatCrashesIsStartedAgainAndTheOtherIsLeftAlone() {
        String web = pid("[o]sier.jar");
        long before = Long.parseLong(container("restartCount").split(" ", -1)[1]);

        bash("kill -9 " + pid("sleep 777[7]")).succeeded();

        awaitPods("pair +2/2 +Running +" + (before + 1) + " ");
        assertThat(container("restartCount")).isEqualTo("0 " + (before + 1));
        assertThat(container("name")).isEqualTo("web client");
        assertThat(pid("[o]sier.jar")).isEqualTo(web);
    }

    @Test
    void allOfThemOutliveTheirAgent() {
        String before = pid("[o]sier.jar|sleep 777[7]");
        assertThat(before).hasLineCount(2);
        osier("lab", "restart").succeeded();

        awaitPods("pair +2/2 +Running");
        assertThat(pid("[o]sier.jar|sleep 777[7]")).isEqualTo(before);
    }

    @Test
    void aPodIsOverWhenAllOfThemAreAndNoneRunsTwice() throws IOException {
        Path leave = folder.resolve("leave");
        apply(JOBS.formatted(leave));
        awaitPods("jobs +1/2 +NotReady +0 ");
        bash("kill -9 $(cat /run/osier/lab/node-b/agent.pid)").succeeded();
        osier("lab", "up", "--nodes", "2").succeeded();
        awaitPods("jobs +1/2 +NotReady +0 ");

        Files.createFile(leave);

        awaitPods("jobs +0/2 +Error +0 ");
        assertThat(osier("logs", "jobs", "-c", "good").out()).isEqualTo("done\n");
        assertThat(osier("describe", "pod", "jobs").out())
                .contains("Exit Code:    0\n")
                .as("no child of the agent that sees it end")
                .contains("bad: the command has ended\n");
    }
}
