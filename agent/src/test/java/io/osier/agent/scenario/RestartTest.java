package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Agents end and come back under load: whoever was talking goes on. */
@Tag("namespaces")
@Tag("alone")
class RestartTest {
    private static final int CONNECTIONS = 40;

    @RegisterExtension
    static final TwoNodeLab LAB = new TwoNodeLab();

    private static void createEcho(String name, String node) {
        osier("create", "pod", name, "-l", "app=echo", "--node", node, "--", "socat", "TCP4-LISTEN:9000,fork", "PIPE")
                .succeeded();
        bash("for i in $(seq 100); do ip netns exec " + name
                        + " ss -Hltn sport = :9000 | grep -q . && exit 0; sleep 0.1; done; exit 1")
                .succeeded();
    }

    /**
     * With two backends, a connection table that was lost would show: a flow that is met in the middle is given a backend by
     * chance, and half of these would get one that has never heard of them.
     */
    @Test
    void connectionsThroughAServiceOutliveAgentsThatAreKilled() throws Exception {
        createEcho("echo-a", "node-a");
        createEcho("echo-b", "node-b");
        osier("create", "pod", "caller", "--node", "node-a").succeeded();
        osier("create", "service", "echo", "--port", "80:9000", "--selector", "app=echo")
                .succeeded();
        await().untilAsserted(() ->
                assertThat(osier("get", "endpoints", "echo").succeeded().out()).matches("(?s).*:9000,.*:9000.*"));

        try (LiveConnections live = LiveConnections.open("caller", clusterIp("echo"), 80, CONNECTIONS)) {
            live.talk(10);
            await().until(() -> live.exchanges() > 10 * CONNECTIONS);
            bash("kill -9 $(ip netns pids node-a) $(ip netns pids node-b)").succeeded();
            osier("lab", "up", "--nodes", "2").succeeded();
            int before = live.exchanges();
            await().atMost(Duration.ofSeconds(30)).until(() -> live.exchanges() > before + 10 * CONNECTIONS);
            live.awaitAnswers();
        }
    }

    /** Five hundred packets a second on three ways, and 200 conversations through a service with a backend on each node. */
    @Test
    void plannedRestartsLoseNoPacket() throws Exception {
        createEcho("parrot-a", "node-a");
        createEcho("parrot-b", "node-b");
        osier("create", "pod", "beat-a", "--node", "node-a").succeeded();
        osier("create", "pod", "beat-b", "--node", "node-b").succeeded();
        osier("create", "pod", "talker", "--node", "node-a").succeeded();
        osier("create", "pod", "caller-of-parrots", "--node", "node-a").succeeded();
        osier("create", "service", "parrot", "--port", "80:9000", "--selector", "app=echo")
                .succeeded();
        await().untilAsserted(() -> assertThat(
                        osier("get", "endpoints", "parrot").succeeded().out())
                .matches("(?s).*:9000,.*:9000.*"));

        Metronome across = Metronome.start("beat-a", "beat-b", podIp("beat-b"), 7001);
        Metronome back = Metronome.start("beat-b", "parrot-a", podIp("parrot-a"), 7002);
        Metronome sameNode = Metronome.start("talker", "beat-a", podIp("beat-a"), 7003);
        try (LiveConnections live = LiveConnections.open("caller-of-parrots", clusterIp("parrot"), 80, 200)) {
            live.talk(20);
            await().until(() -> live.exchanges() > 2_000);
            Shell.Result restarted = osier("lab", "restart");
            assertThat(restarted.out())
                    .as("%s%n%s", restarted.err(), lastWordsOfAgents())
                    .isEqualTo("lab restarted: all nodes ready\n");
            int before = live.exchanges();
            await().atMost(Duration.ofSeconds(30)).until(() -> live.exchanges() > before + 2_000);
            live.awaitAnswers();
        } finally {
            across.stop();
            back.stop();
            sameNode.stop();
        }
        System.out.println("RestartTest: across " + across + "; back " + back + "; same node " + sameNode);
        assertThat(across.lost() + back.lost() + sameNode.lost())
                .as(
                        "%s; %s; %s%n%s%n%s",
                        across, back, sameNode, osier("drops").out(), queuesOf("beat-a", "beat-b", "talker"))
                .isZero();
        assertThat(across.sent()).isGreaterThan(1_000);
    }

    /**
     * A kernel gives a neighbour up that leaves six questions unanswered, a second apart, and from the third on it holds what
     * little it can. To be quicker this one asks at once, and five times a second.
     */
    @Test
    void neighboursAreNotGivenUpWhileAnAgentIsAway() {
        osier("create", "pod", "patient", "--node", "node-a").succeeded();
        osier("create", "pod", "sought", "--node", "node-b").succeeded();
        bash("ip -n patient ntable change name arp_cache dev eth0 base_reachable 500 delay_probe 100 retrans 200")
                .succeeded();

        Shell.Result pings = bash(
                "agent=$(cat /run/osier/lab/node-a/agent.pid); (sleep 1; kill -STOP $agent; sleep 3; kill -CONT $agent)"
                        + " & ip netns exec patient ping -q -i 0.05 -c 90 " + podIp("sought") + "; wait");

        assertThat(pings.out()).contains("90 packets transmitted, 90 received");
    }

    /** Among them, where its threads were if an agent did not end. */
    private static String lastWordsOfAgents() {
        return bash("tail -n 200 /run/osier/lab/node-*/agent.log").out();
    }

    /** What found no room in the devices of the senders, should anything be lost. */
    private static String queuesOf(String... pods) {
        return Arrays.stream(pods)
                .map(pod -> bash("ip -n " + pod + " -s link show eth0").out())
                .collect(Collectors.joining());
    }

    @Test
    void aNodeThatIsNotThereIsNotRestarted() {
        Shell.Result result = osier("lab", "restart", "node-x");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo("osier: lab restart: there is no node node-x in the lab: see 'osier lab status'\n");
    }

    @Test
    void anAgentThatIsHungUpReadsItsConfigurationAgainAndGoesOn() {
        String node = "/run/osier/lab/node-b";
        String hangUp = "kill -HUP $(cat " + node + "/agent.pid)";
        bash("cp " + node + "/agent.yaml /tmp/agent.yaml.before; cp " + node + "/agent.pid /tmp/agent.pid.before")
                .succeeded();
        try {
            bash("sed -i 's/^metricsAddress: .*/metricsAddress: 127.0.0.1:10300/' " + node
                            + "/agent.yaml; printf '\\nlogLevel: debug\\nsubnetPrefixLength: 25\\n' >>" + node
                            + "/agent.yaml; " + hangUp)
                    .succeeded();
            await().untilAsserted(() -> assertThat(
                            bash("cat " + node + "/agent.log").out())
                    .contains("logLevel is debug now")
                    .contains("subnetPrefixLength has changed in " + node + "/agent.yaml: it needs a restart"));
            String metrics = "curl -sS --max-time 5 http://";
            assertThat(in("node-b", metrics + "127.0.0.1:10300/metrics")
                            .succeeded()
                            .out())
                    .contains("osier_");
            assertThat(in("node-b", metrics + "172.30.0.2:10249/metrics").exitCode())
                    .isNotZero();
            bash("echo 'port: [' >>" + node + "/agent.yaml; " + hangUp).succeeded();
            await().untilAsserted(
                            () -> assertThat(bash("cat " + node + "/agent.log").out())
                                    .contains("the configuration stays as it was: " + node + "/agent.yaml: not YAML"));
            assertThat(osier("--node", "node-b", "status").succeeded().out()).contains("10.32.1.0/24");
            bash("kill -0 $(cat /tmp/agent.pid.before)").succeeded();
        } finally {
            bash("mv /tmp/agent.yaml.before " + node + "/agent.yaml; rm -f /tmp/agent.pid.before; " + hangUp);
        }
    }
}
