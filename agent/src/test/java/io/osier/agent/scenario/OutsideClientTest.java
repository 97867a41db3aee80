package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client beyond the nodes, in a namespace of its own on their underlay, knocks at node ports, external and balancer's addresses. */
@Tag("namespaces")
class OutsideClientTest {
    private static final String OUTSIDER = "osier-outsider";
    private static final String OUTSIDER_IP = "172.30.0.200";
    private static final String NODE_A = "172.30.0.1";
    private static final String NODE_B = "172.30.0.2";
    private static final String EXTERNAL = "198.51.100.7";
    private static final String BALANCER = "198.51.100.8";

    @RegisterExtension
    static final TwoNodeLab LAB = new TwoNodeLab();

    @BeforeAll
    static void up() {
        createServer("web-a", "node-a", "app=web");
        createServer("web-b", "node-b", "app=web");
        createServer("only-b", "node-b", "app=only");
        osier("create", "pod", "caller", "--node", "node-a").succeeded();
        bash("""
                ip netns add %1$s
                ip -n osier-underlay link add outsider type veth peer name eth0 netns %1$s
                ip -n osier-underlay link set outsider master underlay0 up
                ip -n %1$s link set lo up
                ip -n %1$s link set eth0 up
                ip -n %1$s addr add %2$s/24 dev eth0
                ip -n %1$s route add %3$s via %5$s
                ip -n %1$s route add %4$s via %6$s
                """.formatted(OUTSIDER, OUTSIDER_IP, EXTERNAL, BALANCER, NODE_A, NODE_B))
                .succeeded();
    }

    @AfterAll
    static void down() {
        bash("ip netns del " + OUTSIDER);
    }

    private static String ask(String namespace, String address) {
        return in(namespace, "curl -sS --max-time 5 http://" + address + "/info")
                .out();
    }

    private static void createService(String name, String app, String... more) {
        String[] words = new String[7 + more.length];
        System.arraycopy(
                new String[] {"create", "service", name, "--port", "80:9876", "--selector", "app=" + app},
                0,
                words,
                0,
                7);
        System.arraycopy(more, 0, words, 7, more.length);
        osier(words).succeeded();
    }

    @Test
    void everyNodesPortLeadsToEveryPodAndMasquerades() {
        createService("open", "web", "--type", "NodePort", "--node-port", "30080");

        await().untilAsserted(() ->
                assertThat(ask(OUTSIDER, NODE_A + ":30080")).contains("\"host\":\"web-b\"", "10.32.0.1\""));
        await().untilAsserted(() ->
                assertThat(ask(OUTSIDER, NODE_B + ":30080")).contains("\"host\":\"web-a\"", "10.32.1.1\""));
        assertThat(ask("node-a", NODE_A + ":30080")).as("the node itself").contains("\"host\":\"web-");
        assertThat(ask("caller", NODE_A + ":30080")).as("its pod").contains("\"host\":\"web-");
        assertThat(ask("caller", NODE_B + ":30080"))
                .as("through the other node")
                .contains("\"host\":\"web-");
        assertThat(in("node-a", "curl -s --max-time 5 http://127.0.0.1:30080/info")
                        .exitCode())
                .as("loopback is the node's own")
                .isEqualTo(7);
    }

    @Test
    void withTheLocalPolicyTheClientIsSeenAndANodeWithoutAPodIsSilent() {
        createService(
                "local", "only", "--type", "NodePort", "--node-port", "30081", "--external-traffic-policy", "Local");

        await().untilAsserted(() ->
                assertThat(ask(OUTSIDER, NODE_B + ":30081")).contains("\"host\":\"only-b\"", OUTSIDER_IP));
        assertThat(in(OUTSIDER, "curl -s --max-time 2 http://" + NODE_A + ":30081/info")
                        .exitCode())
                .as("no answer, not even a refusal")
                .isEqualTo(28);
        assertThat(osier("drops", "--node", "node-a").out()).contains("no-local-endpoint");
        assertThat(ask("caller", NODE_A + ":30081"))
                .as("pods reach it all the same")
                .contains("only-b", podIp("caller"));
    }

    @Test
    void addressesOfOthersLeadHereAndABalancersKeepsItsRanges() {
        createService("external", "web", "--external-ip", EXTERNAL);
        bash("""
                %s apply -f - <<END
                {apiVersion: v1, kind: Service, metadata: {name: balanced},
                 spec: {type: LoadBalancer, loadBalancerIP: %s, loadBalancerSourceRanges: [%s/32], selector: {app: web},
                        ports: [{port: 80, targetPort: 9876}]}}
                END
                """.formatted(Shell.osierCommand(), BALANCER, OUTSIDER_IP)).succeeded();

        await().untilAsserted(() -> assertThat(ask(OUTSIDER, EXTERNAL)).contains("\"host\":\"web-"));
        await().untilAsserted(() -> assertThat(ask(OUTSIDER, BALANCER)).contains("\"host\":\"web-"));
        assertThat(ask("caller", EXTERNAL)).contains("\"host\":\"web-");
        assertThat(in("node-b", "curl -s --max-time 1 http://" + BALANCER + "/info")
                        .exitCode())
                .as("not of the range")
                .isEqualTo(28);
        assertThat(in(OUTSIDER, "curl -s --max-time 5 http://" + BALANCER + ":81/info")
                        .exitCode())
                .as("a port that is nobody's is refused at once")
                .isEqualTo(7);
        assertThat(osier("get", "service", "balanced").out()).contains("LoadBalancer", BALANCER, "80:3");
    }

    @Test
    void whatIsDeletedIsClosedAndLeavesNothingOnTheHost() {
        createService("gone", "web", "--type", "NodePort", "--node-port", "30099", "--external-ip", "198.51.100.99");
        await().untilAsserted(() -> assertThat(ask(OUTSIDER, NODE_A + ":30099")).contains("\"host\":\"web-"));

        osier("delete", "service", "gone").succeeded();

        await().untilAsserted(() -> assertThat(in(OUTSIDER, "curl -s --max-time 5 http://" + NODE_A + ":30099/info")
                        .exitCode())
                .isEqualTo(7));
        assertThat(in("node-a", "ip route; nft list ruleset").out()).doesNotContain("198.51.100.99", "30099");
    }
}
