package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

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
        return in(namespace, "curl -sS --max-time 5 'http://" + address + "/info'")
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
    void nodePortsAreReachedAtTheAddressesThatWereChosen() {
        createService("chosen", "web", "--type", "NodePort", "--node-port", "30088");
        await().untilAsserted(() -> assertThat(ask(OUTSIDER, NODE_B + ":30088")).contains("\"host\":\"web-"));
        String config = "/run/osier/lab/node-b/agent.yaml";
        bash("cp " + config + " /tmp/agent.yaml.chosen; echo 'nodePortAddresses: [127.0.0.0/8]' >>" + config)
                .succeeded();
        try {
            osier("lab", "restart", "node-b").succeeded();

            assertThat(ask("node-b", "127.0.0.1:30088")).contains("\"host\":\"web-");
            assertThat(ask("node-b", "127.0.0.1:30088")).contains("\"host\":\"web-");
            assertThat(in(OUTSIDER, "curl -s --max-time 5 http://" + NODE_B + ":30088/info")
                            .exitCode())
                    .as("an address that was not chosen")
                    .isEqualTo(7);
            assertThat(ask(OUTSIDER, NODE_A + ":30088"))
                    .as("the other node has all of its own")
                    .contains("\"host\":\"web-");
            assertThat(osier("--node", "node-b", "rules").out())
                    .contains("KUBE-NODEPORTS  all  --  0.0.0.0/0            127.0.0.0/8          /*");
        } finally {
            bash("mv /tmp/agent.yaml.chosen " + config);
            osier("lab", "restart", "node-b").succeeded();
        }
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

    /** Led into the overlay, it would take the tunnel and the store with it. */
    @Test
    void anExternalAddressThatIsANodesKeepsToThatNode() {
        createService("at-node", "only", "--external-ip", NODE_B);

        await().untilAsserted(() -> assertThat(ask(OUTSIDER, NODE_B)).contains("\"host\":\"only-b\""));
        for (String asker : List.of("node-a", "node-b", "caller", "web-b")) {
            assertThat(ask(asker, NODE_B)).as(asker).contains("\"host\":\"only-b\"");
            in(asker, "ping -c 1 -W 2 " + NODE_B).succeeded();
        }
        assertThat(in("node-a", "ip route get " + NODE_B).out()).contains("dev eth0");
        in("caller", "ping -c 1 -W 2 " + podIp("only-b")).succeeded();
    }

    @Test
    void aLoadBalancerLearnsWhichNodesHaveEndpoints() {
        createService(
                "asked",
                "only",
                "--type",
                "LoadBalancer",
                "--load-balancer-ip",
                "198.51.100.9",
                "--external-traffic-policy",
                "Local");
        String port = bash(Shell.osierCommand() + " describe service asked | sed -n 's/^HealthCheck NodePort: *//p'")
                .succeeded()
                .out()
                .strip();

        await().untilAsserted(() -> assertThat(health(NODE_B, port))
                .contains("200 weight 1", "\"localEndpoints\":1", "\"name\":\"asked\""));
        assertThat(health(NODE_A, port)).contains("503 weight 0", "\"localEndpoints\":0");
        assertThat(osier("rules", "-t", "filter").succeeded().out())
                .contains("/* default/asked health check node port */ tcp dpt:" + port);

        osier("delete", "service", "asked").succeeded();
        await().untilAsserted(() -> assertThat(in(OUTSIDER, "curl -s --max-time 5 http://" + NODE_B + ":" + port)
                        .exitCode())
                .isEqualTo(7));
    }

    private static String health(String node, String port) {
        return in(
                        OUTSIDER,
                        "curl -sS --max-time 5 -D - -w '%{http_code} weight %header{x-load-balancing-endpoint-weight}' http://"
                                + node + ":" + port + "/healthz")
                .out();
    }

    @Test
    void theSameByIpv6() {
        bash("""
                ip -n node-a addr replace 2001:db8:30::1/64 dev eth0 nodad
                ip -n node-b addr replace 2001:db8:30::2/64 dev eth0 nodad
                ip -n %1$s addr replace 2001:db8:30::fe/64 dev eth0 nodad
                ip -n %1$s route replace 2001:db8:99::7 via 2001:db8:30::1
                ip -n %1$s route replace 2001:db8:99::8 via 2001:db8:30::2
                %2$s apply -f - <<END
                {apiVersion: v1, kind: Service, metadata: {name: both},
                 spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, externalIPs: ["2001:db8:99::7"],
                        loadBalancerIP: "2001:db8:99::8", loadBalancerSourceRanges: ["2001:db8:30::f0/124", 10.0.0.0/8],
                        selector: {app: web}, ports: [{port: 80, targetPort: 9876, nodePort: 30086}]}}
                END
                """.formatted(OUTSIDER, Shell.osierCommand())).succeeded();

        await().untilAsserted(() -> assertThat(ask(OUTSIDER, "[2001:db8:30::1]:30086"))
                .as("node-a's port leads to node-b, masqueraded")
                .contains("\"host\":\"web-b\"", "fd6f:7369:6572:1::a20:1\""));
        assertThat(ask(OUTSIDER, NODE_A + ":30086")).as("by IPv4, too").contains("\"host\":\"web-");
        assertThat(ask(OUTSIDER, "[2001:db8:99::7]")).as("external IP").contains("\"host\":\"web-");
        assertThat(ask(OUTSIDER, "[2001:db8:99::8]")).as("load balancer").contains("\"host\":\"web-");
        assertThat(ask("caller", "[2001:db8:30::1]:30086")).as("a pod").contains("\"host\":\"web-");
        assertThat(ask("node-a", "[2001:db8:30::1]:30086"))
                .as("the node itself")
                .contains("\"host\":\"web-");
        assertThat(in("node-b", "curl -s --max-time 1 'http://[2001:db8:99::8]/info'")
                        .exitCode())
                .as("not of the range")
                .isEqualTo(28);
        assertThat(in("node-a", "curl -s --max-time 5 'http://[::1]:30086/info'")
                        .exitCode())
                .as("loopback is the node's own")
                .isEqualTo(7);
        assertThat(osier("rules", "-6").succeeded().out())
                .contains("KUBE-NODEPORTS  all  --  ::/0                !::1 ")
                .contains("/* default/both external IP */ tcp dpt:80")
                .contains("KUBE-EXT-");

        osier("delete", "service", "both").succeeded();
        await().untilAsserted(() -> assertThat(
                        in("node-a", "ip -6 route; nft list ruleset").out())
                .doesNotContain("2001:db8:99::", "30086"));
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

    /** The kernel is told what kube-proxy would tell it, and both print their tables: chain by chain they are the same text. */
    @Test
    void rulesAreToTheLetterWhatIptablesPrintsOfKubeProxysRules(@TempDir Path folder) throws IOException {
        bash(Shell.osierCommand() + " get services -o name | sed 's,.*/,,' | xargs -r -n1 " + Shell.osierCommand()
                        + " delete service")
                .succeeded();
        String a = podIp("web-a") + ":9876";
        String b = podIp("web-b") + ":9876";
        String only = podIp("only-b") + ":9876";
        List<KubeProxyRules.Service> services = List.of(
                service("aff", 1, List.of(), "", List.of(), 0, List.of(a, b), List.of(a), false, false, 600),
                service(
                        "bal",
                        2,
                        List.of(),
                        BALANCER,
                        List.of(OUTSIDER_IP + "/32", "203.0.113.0/24"),
                        30082,
                        List.of(a, b),
                        List.of(a),
                        true,
                        false,
                        0),
                service("ext", 3, List.of(EXTERNAL), "", List.of(), 0, List.of(a, b), List.of(a), false, false, 0),
                service("far", 4, List.of(), "", List.of(), 30084, List.of(only), List.of(), true, false, 0),
                service("in", 5, List.of(), "", List.of(), 0, List.of(a, b), List.of(a), false, true, 0),
                service("lone", 6, List.of(), "", List.of(), 0, List.of(only), List.of(), false, true, 0),
                service(
                        "none",
                        7,
                        List.of("198.51.100.9"),
                        "",
                        List.of(),
                        30087,
                        List.of(),
                        List.of(),
                        false,
                        false,
                        0),
                service("port", 8, List.of(), "", List.of(), 30088, List.of(a, b), List.of(a), false, false, 0));
        Path manifest = Files.writeString(folder.resolve("services.yaml"), manifests(services, only));
        osier("apply", "-f", manifest.toString()).succeeded();
        KubeProxyRules kubeProxy = KubeProxyRules.listed("10.32.0.0/12");
        services.forEach(kubeProxy::add);
        Path rules = Files.writeString(folder.resolve("rules"), kubeProxy.text());

        bash("ip netns add osier-kube").succeeded();
        try {
            in("osier-kube", "iptables-restore " + rules).succeeded();
            for (String table : List.of("nat", "filter")) {
                for (String verbose : List.of("", " -v")) {
                    String real = in("osier-kube", "iptables -t " + table + " -nL" + verbose)
                            .succeeded()
                            .out();
                    assertThat(chains(real)).hasSizeGreaterThanOrEqualTo(5);
                    await().untilAsserted(() -> assertThat(
                                    chains(bash(Shell.osierCommand() + " --node node-a rules -t " + table + verbose)
                                            .succeeded()
                                            .out()))
                            .isEqualTo(chains(real)));
                }
            }
        } finally {
            bash("ip netns del osier-kube");
        }

        assertThat(in(OUTSIDER, "curl -s --max-time 5 http://" + NODE_A + ":30087/")
                        .exitCode())
                .isEqualTo(7);
        assertThat(osier("rules", "-v", "-t", "filter", "--node", "node-a")
                        .succeeded()
                        .out())
                .containsPattern(" +1 +60 REJECT +tcp .*default/none has no endpoints .* tcp dpt:30087 reject-with");
    }

    private static KubeProxyRules.Service service(
            String name,
            int number,
            List<String> external,
            String balancer,
            List<String> ranges,
            int nodePort,
            List<String> endpoints,
            List<String> local,
            boolean keptOutside,
            boolean keptInside,
            int affinitySeconds) {
        return new KubeProxyRules.Service(
                "default/" + name,
                "tcp",
                "10.96.9." + number,
                80,
                external,
                balancer,
                ranges,
                nodePort,
                balancer.isEmpty() || !keptOutside ? 0 : 30_100 + number,
                endpoints,
                local,
                keptOutside,
                keptInside,
                affinitySeconds);
    }

    private static String manifests(List<KubeProxyRules.Service> services, String only) {
        StringBuilder text = new StringBuilder();
        for (KubeProxyRules.Service service : services) {
            String app =
                    service.endpoints().isEmpty() ? "none" : service.endpoints().contains(only) ? "only" : "web";
            String type = !service.balancer().isEmpty()
                    ? "LoadBalancer, loadBalancerIP: " + service.balancer() + ", loadBalancerSourceRanges: "
                            + service.ranges()
                    : service.nodePort() == 0 ? "ClusterIP" : "NodePort";
            text.append("---\n{apiVersion: v1, kind: Service, metadata: {name: ")
                    .append(service.name().replace("default/", ""))
                    .append("}, spec: {type: ")
                    .append(type)
                    .append(", clusterIP: ")
                    .append(service.clusterIp())
                    .append(service.external().isEmpty() ? "" : ", externalIPs: " + service.external())
                    .append(service.keptOutside() ? ", externalTrafficPolicy: Local" : "")
                    .append(service.healthPort() == 0 ? "" : ", healthCheckNodePort: " + service.healthPort())
                    .append(service.keptInside() ? ", internalTrafficPolicy: Local" : "")
                    .append(
                            service.affinitySeconds() == 0
                                    ? ""
                                    : ", sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: "
                                            + service.affinitySeconds() + "}}")
                    .append(", selector: {app: ")
                    .append(app)
                    .append("}, ports: [{port: 80, targetPort: 9876")
                    .append(service.nodePort() == 0 ? "" : ", nodePort: " + service.nodePort())
                    .append("}]}}\n");
        }
        return text.toString();
    }

    /**
     * kube-proxy's chains by their first line. iptables 1.8.9 prints protocols as numbers, where all others print names; and what
     * went through before, which the kernel here has not seen, is not compared.
     */
    private static Map<String, String> chains(String listing) {
        Map<String, String> chains = new TreeMap<>();
        for (String chain : listing.strip().split("\n\n", -1)) {
            String[] lines = chain.split("\n", 2);
            if (lines[0].startsWith("Chain KUBE-")) {
                String rules = (lines.length < 2 ? "" : lines[1].strip())
                        .replaceAll("(?m)^(.{9,}? )0    --", "$1all  --")
                        .replaceAll("(?m)^(.{9,}? )6    --", "$1tcp  --")
                        .replaceAll("(?m)^ *[0-9]+K? +[0-9]+[KM]?( ACCEPT .*ctstate RELATED)", "$1");
                chains.put(lines[0], rules);
            }
        }
        return chains;
    }
}
