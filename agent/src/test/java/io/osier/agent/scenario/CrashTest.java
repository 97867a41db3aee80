package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** An agent that dies between any two steps of making or removing a pod leaves what its successor finishes or removes. */
@Tag("namespaces")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CrashTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String COMMAND = "sleep 8888";
    /** Everything of pods that could be left over, on this machine and in the store. */
    private static final String TRACES = """
            ip netns list | awk '{print $1}' | grep -x p1
            pgrep -fx 'sleep 8888'
            ls /var/lib/osier/lab/node-a/{namespaces,commands,logs} | grep p1
            find /var/lib/osier/lab/store -path '*pods/default/p1*'
            grep -l pods/default/p1 -r /var/lib/osier/lab/store/claims
            ip netns exec node-a true || echo no node
            """;

    @BeforeAll
    static void up() {
        assertThat(bash("ip netns list | grep -qw node-a").exitCode())
                .as("a lab is up already: run 'osier lab down' before the tests")
                .isNotZero();
        osier("lab", "up", "--nodes", "1").succeeded();
    }

    @AfterAll
    static void down() {
        osier("lab", "down").succeeded();
    }

    /** Starts the agent so that it dies at this step; whatever an earlier one has left, it goes on with at once. */
    private static void start(String crashAt) {
        bash("JDK_JAVA_OPTIONS=-Dosier.crashAt=" + crashAt + " " + Shell.osierCommand() + " lab up --nodes 1");
    }

    private static void kill() {
        bash("pid=$(cat /run/osier/lab/node-a/agent.pid); kill -9 $pid; while kill -0 $pid; do sleep 0.02; done");
    }

    private static void awaitDeath(String step) {
        assertThat(bash("pid=$(cat /run/osier/lab/node-a/agent.pid); for i in $(seq 200); do kill -0 $pid || exit 0;"
                                + " sleep 0.05; done; exit 1")
                        .exitCode())
                .as("the agent dies at " + step)
                .isZero();
    }

    /** The agent dies at each of these steps in turn, each time in the middle of finishing what the last one left. */
    private static void dieAtEach(List<String> steps, String command) {
        kill();
        start(steps.get(0));
        bash("timeout 10 " + Shell.osierCommand() + " " + command);
        awaitDeath(steps.get(0));
        for (String step : steps.subList(1, steps.size())) {
            start(step);
            awaitDeath(step);
        }
        osier("lab", "up", "--nodes", "1").succeeded();
    }

    private static void awaitWhole() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(osier("get", "pods").out()).containsPattern("p1 +1/1 +Running"));
        in("node-a", "ping -c 1 -W 2 " + podIp("p1")).succeeded();
        assertThat(bash("pgrep -fxc '" + COMMAND + "'").out().strip()).isEqualTo("1");
        assertThat(bash("ip netns pids p1 | xargs -n1 ps -o args= -p").out()).contains(COMMAND);
    }

    @Test
    @Order(1)
    void aHalfMadePodIsFinished() {
        dieAtEach(
                List.of(
                        "ADDRESS_CLAIMED",
                        "NAMESPACE_NOTED",
                        "NAMESPACE_HALF_MADE",
                        "NAMESPACE_MADE",
                        "DEVICE_MADE",
                        "CONNECTED",
                        "COMMAND_LAUNCHED",
                        "COMMAND_NOTED",
                        "COMMAND_BEGUN"),
                "create pod p1 --node node-a -- " + COMMAND);

        awaitWhole();
        assertThat(podIp("p1")).as("claimed before the first death").isEqualTo("10.32.0.2");
    }

    @Test
    @Order(2)
    void aHalfRemovedPodIsRemoved() {
        dieAtEach(
                List.of("COMMAND_ENDED", "DISCONNECTED", "NAMESPACE_DELETED", "UNMADE", "OBJECT_DELETED"),
                "delete pod p1");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(bash(TRACES).out()).isEmpty());
        osier("create", "pod", "p1", "--node", "node-a", "--", "sleep", "8888").succeeded();
        awaitWhole();
    }
}
