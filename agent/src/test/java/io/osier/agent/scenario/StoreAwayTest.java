package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Three etcd servers, of which the leader dies, one agent is cut off, and all die; meanwhile pods of two nodes send each other
 * a packet a millisecond and talk through a service, and none of these packets is lost. One after the other, on one lab.
 */
@Tag("namespaces")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StoreAwayTest {
    private static final String UP = "lab up --nodes 2 --store etcd --etcd-members 3";
    private static final int CONNECTIONS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static boolean ours;

    @BeforeAll
    static void up() {
        assertThat(bash("ip netns list | grep -qw node-a").exitCode())
                .as("a lab is up already: run 'osier lab down' before the tests")
                .isNotZero();
        ours = true;
        osier(UP.split(" ")).succeeded();
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        for (String name : new String[] {"b1", "b2"}) {
            osier(
                            "create",
                            "pod",
                            name,
                            "-l",
                            "app=echo",
                            "--node",
                            "node-b",
                            "--",
                            "socat",
                            "TCP4-LISTEN:9000,fork",
                            "PIPE")
                    .succeeded();
        }
        osier("create", "pod", "b3", "--node", "node-b").succeeded();
        osier("create", "service", "echo", "--port", "80:9000", "--selector", "app=echo")
                .succeeded();
        await().untilAsserted(() ->
                assertThat(osier("get", "endpoints", "echo").succeeded().out()).matches("(?s).*:9000,.*:9000.*"));
        in("a1", "for i in $(seq 50); do ping -c 1 -W 1 " + podIp("b1") + " && exit 0; done; exit 1")
                .succeeded();
    }

    @AfterAll
    static void down() {
        if (ours) {
            osier("lab", "down").succeeded();
            assertThat(bash("pgrep -fx '.*etcd --name=etcd-a --data-dir=/var/lib/osier/lab/.*'")
                            .exitCode())
                    .as("etcd has ended")
                    .isNotZero();
        }
    }

    /** What goes on between two nodes while something is done to the store. */
    private static void whileTrafficFlows(Step step) throws Exception {
        Metronome there = Metronome.start("a1", "b1", podIp("b1"), 7001);
        Metronome back = Metronome.start("b1", "a1", podIp("a1"), 7002);
        try (LiveConnections live = LiveConnections.open("a1", clusterIp("echo"), 80, CONNECTIONS)) {
            live.talk(20);
            await().until(() -> live.exchanges() > CONNECTIONS);
            step.run();
            int before = live.exchanges();
            await().until(() -> live.exchanges() > before + CONNECTIONS);
            live.awaitAnswers();
        } finally {
            there.stop();
            back.stop();
        }
        assertThat(there.lost() + back.lost())
                .as("%s; %s%n%s", there, back, osier("drops").out())
                .isZero();
        assertThat(there.sent()).isGreaterThan(100);
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void awaitAway(String node) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(osier("--node", node, "status").out()).contains("StoreAway: since 20"));
    }

    private static void awaitBack(String node) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                osier("--node", node, "status").succeeded().out())
                        .doesNotContain("StoreAway"));
    }

    private static String create(String pod, String node) {
        return osier("create", "pod", pod, "--node", node).succeeded().out();
    }

    @Test
    @Order(0)
    void theStoreIsShown() {
        assertThat(osier("status").succeeded().out())
                .contains("Store: etcd http://172.30.0.254:2379 http://172.30.0.253:");
        assertThat(osier("lab", "status").succeeded().out()).contains("Store: etcd http://172.30.0.254:2379 http:");
        assertThat(osier("get", "leases").succeeded().lines())
                .anyMatch(line -> line.matches("10.32.0.0/24 +node-a .*"))
                .anyMatch(line -> line.matches("10.32.1.0/24 +node-b .*"));
    }

    @Test
    @Order(1)
    void theLeaderDies() throws Exception {
        whileTrafficFlows(() -> {
            bash("for n in 254 253 252; do e=http://172.30.0.$n:2379;"
                            + " ip netns exec osier-underlay env ETCDCTL_API=3 etcdctl --endpoints $e endpoint status"
                            + " | grep -q ', true,' && pid=$(ip netns exec osier-underlay ss -Hltnp"
                            + " \"src 172.30.0.$n and sport = :2379\" | grep -o 'pid=[0-9]*' | cut -d= -f2)"
                            + " && kill -9 $pid && exit 0; done; exit 1")
                    .succeeded();
            create("a2", "node-a"); // waits for the election
            in("a2", "for i in $(seq 20); do ping -c 1 -W 1 " + podIp("b1") + " && exit 0; done; exit 1")
                    .succeeded();
        });
        assertThat(osier("lab", "status").out()).contains("(not running)");
        assertThat(osier("status").succeeded().out()).doesNotContain("StoreAway");
        osier(UP.split(" ")).succeeded();
    }

    @Test
    @Order(2)
    void anAgentIsCutOffFromTheStore() throws Exception {
        whileTrafficFlows(() -> {
            bash("ip netns exec node-b nft 'table ip cut { chain out { type filter hook output priority 0;"
                            + " tcp dport 2379 drop; }; }'")
                    .succeeded();
            awaitAway("node-b");
            assertThat(osier("--node", "node-a", "status").succeeded().out()).doesNotContain("StoreAway");
            create("a3", "node-a"); // of which node-b hears later
            bash("ip netns exec node-b nft delete table ip cut").succeeded();
            awaitBack("node-b");
            in("b1", "for i in $(seq 20); do ping -c 1 -W 1 " + podIp("a3") + " && exit 0; done; exit 1")
                    .succeeded();
        });
    }

    @Test
    @Order(3)
    void allServersDieAndPodsCanStillBeDeleted() throws Exception {
        whileTrafficFlows(() -> {
            bash("kill -9 $(ip netns pids osier-underlay)").succeeded();
            awaitAway("node-a");
            awaitAway("node-b");
            assertThat(osier("status").succeeded().out())
                    .containsPattern("LastKnown: this node runs from its last known state of 20\\S+Z");

            var refused = osier("create", "pod", "a9", "--node", "node-a");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err())
                    .matches("osier: .*store: etcd at http://172.30.0.254:2379,\\S+ is away since 20\\S+Z:"
                            + " nothing can be changed until it is back; .*\n");

            osier("--node", "node-a", "delete", "pod", "b3").succeeded(); // node-a asks node-b
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(bash("ip netns list | grep -qw b3").exitCode())
                                    .isNotZero());
            assertThat(osier("get", "pods").succeeded().lines()).anyMatch(line -> line.startsWith("b1 "));
        });
    }

    @Test
    @Order(4)
    void anAgentStartsWithoutTheStore() throws Exception {
        bash("kill -9 $(ip netns pids node-b)").succeeded();
        bash("setsid nsenter --net=/run/netns/node-b " + Shell.osierCommand()
                        + " agent --config /run/osier/lab/node-b/agent.yaml >>/run/osier/lab/node-b/agent.log 2>&1 </dev/null &")
                .succeeded();
        awaitAway("node-b");

        assertThat(bash("ip netns list | grep -qw b3").exitCode())
                .as("b3 stays deleted")
                .isNotZero();
        whileTrafficFlows(() -> {
            in("b2", "ping -c 5 -i 0.05 -W 1 " + podIp("a3")).succeeded();
            osier(UP.split(" ")).succeeded();
            awaitBack("node-a");
            awaitBack("node-b");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(osier("get", "pods", "-o", "name")
                                    .succeeded()
                                    .lines())
                            .contains("pod/b1", "pod/b2")
                            .doesNotContain("pod/b3"));
            create("b4", "node-b");
            in("a1", "for i in $(seq 20); do ping -c 1 -W 1 " + podIp("b4") + " && exit 0; done; exit 1")
                    .succeeded();
        });
    }

    /** Comes last: node-b does not return. */
    @Test
    @Order(5)
    void aDeadNodeIsShownAsSuchAndGivesBackWhatItHeld() {
        var refused = osier("delete", "node", "node-b");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("node node-b has a running agent: stop it first");

        bash("kill -9 $(ip netns pids node-b)").succeeded();
        assertThat(osier("--node", "node-a", "get", "nodes").succeeded().lines())
                .anyMatch(line -> line.matches("node-b +NotReady .*"));
        assertThat(osier("--node", "node-a", "describe", "node", "node-b")
                        .succeeded()
                        .out())
                .containsPattern("Message: +no agent answers at ");
        assertThat(osier("--node", "node-a", "status").succeeded().out())
                .containsPattern("node-b: NOT READY \\(no agent answers at ");

        osier("--node", "node-a", "delete", "node", "node-b").succeeded();
        assertThat(osier("--node", "node-a", "get", "leases").succeeded().out()).doesNotContain("node-b");
        assertThat(osier("--node", "node-a", "get", "pods", "-o", "name")
                        .succeeded()
                        .out())
                .doesNotContain("pod/b");
        assertThat(bash("ip netns exec osier-underlay env ETCDCTL_API=3 etcdctl --endpoints http://172.30.0.254:2379"
                                + " get --prefix /osier/ --keys-only | grep -E 'node-b|claims/10.32.1'")
                        .out())
                .isEmpty();
    }
}
