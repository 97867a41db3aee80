package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Beside its IPv4 address each pod has an IPv6 address that says it, and all that works by the one works by the other. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class DualStackTest {
    private static final EmbeddingPrefix PODS = EmbeddingPrefix.parse("fd6f:7369:6572:1::/96");

    @TempDir
    static Path folder;

    private static String service = "";
    private static String a1 = "";
    private static String b1 = "";

    @BeforeAll
    static void createPods() {
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
        a1 = podIp6("a1");
        b1 = podIp6("b1");
        TwoNodeLab.createServer("web-1", "node-a", "app=web");
        TwoNodeLab.createServer("web-2", "node-b", "app=web");
        osier("apply", "-f", manifest()).succeeded();
        service = clusterIps("web").get(1);
    }

    private static String manifest() {
        Path file = folder.resolve("web.yaml");
        try {
            return Files.writeString(file, """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: web}
                    spec:
                      ipFamilyPolicy: RequireDualStack
                      selector: {app: web}
                      ports: [{port: 80, targetPort: 9876}]
                    """).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> clusterIps(String name) {
        return Json.parse(osier("get", "service", name, "-o", "json")
                        .succeeded()
                        .out()
                        .getBytes(StandardCharsets.UTF_8))
                .path("spec")
                .path("clusterIPs")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    /** What several requests to the service's IPv6 address were answered. */
    private static String ask(String namespace, int times) {
        return in(
                        namespace,
                        "for i in $(seq " + times + "); do curl -6 -sS --max-time 5 'http://[" + service
                                + "]/info' || exit 1; echo; done")
                .succeeded()
                .out();
    }

    @Test
    void bothAddressesOfAServiceReachBothBackends() {
        assertThat(ask("a1", 20)).contains("\"web-1\"").contains("\"web-2\"").contains("\"from\":\"" + a1 + "\"");
        assertThat(in("a1", "curl -sS --max-time 5 http://" + clusterIps("web").get(0) + "/info")
                        .succeeded()
                        .out())
                .contains("web-");
        assertThat(ask("node-b", 20)).contains("\"web-1\"").contains("\"web-2\"");
    }

    @Test
    void aPodReachesItselfThroughItsService() {
        assertThat(ask("web-1", 20))
                .contains("\"web-1\"")
                .contains("\"web-2\"")
                .contains("\"from\":\"" + PODS.of(IpAddress.parse("10.32.0.1")) + "\"");
    }

    @Test
    void rulesAreThoseOfIp6tables() {
        ask("a1", 1);
        assertThat(osier("rules", "-6").succeeded().out())
                .contains("tcp  --  ::/0                 " + service + "  /* default/web cluster IP */ tcp dpt:80\n")
                .contains("all  --  ::/0                 ::/0                 /* default/web */ statistic mode random")
                .contains("tcp to:[" + podIp6("web-1") + "]:9876")
                .doesNotContain("10.32.");
        assertThat(osier("rules").succeeded().out()).doesNotContain("::");
        assertThat(osier("get", "flows", "--service", "web").succeeded().out())
                .contains("[" + a1 + "]:")
                .contains("[" + service + "]:80");
    }

    @Test
    void aServiceWithoutEndpointsRefusesAtOnce() {
        osier("create", "service", "empty", "--port", "80", "--ip-families", "IPv6", "--selector", "app=nothing")
                .succeeded();
        try {
            String empty = clusterIps("empty").get(0);
            assertThat(in("a1", "curl -6 -sS --max-time 20 'http://[" + empty + "]/'")
                            .exitCode())
                    .isEqualTo(7); // could not connect, and not 28, timed out
        } finally {
            osier("delete", "service", "empty").succeeded();
        }
    }

    @Test
    void muchPassesTheServiceUnharmed() {
        osier("create", "service", "bulk", "--port", "7001:7000", "--ip-families", "IPv6", "--selector", "app=bulk")
                .succeeded();
        osier("create", "pod", "bulk-1", "-l", "app=bulk", "--node", "node-b").succeeded();
        String bulk = clusterIps("bulk").get(0);
        new BulkTransfer(folder, 20).send6("a1", "bulk-1", bulk, 7001);
        osier("delete", "service", "bulk").succeeded();
        osier("delete", "pod", "bulk-1").succeeded();
    }

    private static String podIp6(String pod) {
        return PODS.of(IpAddress.parse(podIp(pod))).toString();
    }

    @Test
    void bothAddressesAreShown() {
        assertThat(osier("get", "pods", "a1", "-o", "json").succeeded().out())
                .containsSubsequence("\"podIPs\" :", podIp("a1"), a1);
        assertThat(osier("get", "nodes", "-o", "json").succeeded().out())
                .contains("10.32.0.0/24", "fd6f:7369:6572:1::a20:0/120");
        assertThat(in("a1", "ip -6 -o addr show dev eth0").succeeded().out())
                .contains(a1 + "/108", "fe80::858:aff:fe20:")
                .doesNotContain("tentative");
    }

    @Test
    void aPingCrossesTheNodesAsIfOnOneWire() {
        assertThat(in("a1", "ping -6 -c 3 -i 0.2 " + b1).succeeded().out())
                .contains("ttl=64")
                .contains(" 0% packet loss")
                .doesNotContain("DUP");
    }

    @Test
    void everyNodeReachesEveryPodAndBack() {
        in("node-a", "ping -6 -c 1 -W 2 " + a1).succeeded();
        in("node-a", "ping -6 -c 1 -W 2 " + b1).succeeded();
        in("a1", "ping -6 -c 1 -W 2 " + PODS.of(IpAddress.parse("10.32.0.1"))).succeeded();
        in("a1", "ping -6 -c 1 -W 2 " + PODS.of(IpAddress.parse("10.32.1.1"))).succeeded();
    }

    @Test
    void theOutsideSeesTheNodesAddress() {
        bash("""
                ip -n osier-underlay addr add 2001:db8:30::fe/64 dev underlay0 nodad
                ip -n node-a addr add 2001:db8:30::1/64 dev eth0 nodad
                """).succeeded();

        in("a1", "ping -6 -c 2 -i 0.2 -W 2 2001:db8:30::fe").succeeded(); // who has no way back to pods
    }

    @Test
    void aLargePacketFitsOrIsFragmentedByTheSender() {
        in("a1", "ping -6 -c 1 -W 2 -M do -s 1402 " + b1).succeeded(); // 1450 with its headers: the pod's MTU
        assertThat(in("a1", "ping -6 -c 1 -W 2 -M do -s 1403 " + b1).exitCode()).isNotZero();
        in("a1", "ping -6 -c 1 -W 2 -s 4000 " + b1).succeeded();
    }

    @Test
    void aPodThatClaimsAnothersAddressIsCaught() {
        String other = PODS.of(IpAddress.parse("10.32.0.77")).toString();
        in("a1", "ip addr add " + other + "/128 dev eth0 nodad").succeeded();
        try {
            assertThat(in("a1", "ping -6 -c 1 -W 1 -I " + other + " " + b1).exitCode())
                    .isNotZero();
        } finally {
            in("a1", "ip addr del " + other + "/128 dev eth0").succeeded();
        }
        assertThat(osier("--node", "node-a", "drops").succeeded().out()).contains("spoofed-address");
    }

    private static String explain(String to, String... more) {
        List<String> words = new ArrayList<>(List.of("explain", "--from", "a1", "--to", to));
        words.addAll(List.of(more));
        return osier(words.toArray(String[]::new)).succeeded().out();
    }

    @Test
    void whatIsExplainedOfAServiceIsWhatHappens() {
        assertThat(explain("[" + service + "]:80"))
                .contains("ndp      who has " + PODS.of(IpAddress.parse("10.32.0.1"))
                        + ", its gateway? 0a:58:0a:20:00:01\n")
                .contains("service  default/web, 2 backends")
                .contains("node-a  DNAT [" + service + "]:80 -> [" + podIp6("web-1") + "]:9876, backend 1 of 2, p=0.5")
                .contains("node-a  out to pod web-1: tcp [" + a1 + "]:4000")
                .contains("node-a  out to node-b by VXLAN to 172.30.0.2: ")
                .contains("node-b  out to pod web-2: tcp [" + a1 + "]:4000");
        assertThat(ask("a1", 20)).contains("\"web-1\"").contains("\"web-2\"").contains("\"from\":\"" + a1 + "\"");

        assertThat(explain("[" + service + "]:81")).contains("node-a  dropped: no-service-port");
        String before = osier("--node", "node-a", "drops").succeeded().out();
        assertThat(in("a1", "curl -6 -sS --max-time 5 'http://[" + service + "]:81/'")
                        .exitCode())
                .isEqualTo(7);
        assertThat(osier("--node", "node-a", "drops").succeeded().out())
                .isNotEqualTo(before)
                .contains("no-service-port");
    }

    @Test
    void whatIsExplainedOfPodsNodesAndTheOutsideIsWhatHappens() {
        String told = explain(b1);
        assertThat(told)
                .contains("node-a  out to node-b by VXLAN to 172.30.0.2: icmpv6 " + a1 + " > " + b1 + "\n")
                .contains("node-b  out to pod b1: icmpv6 " + a1 + " > " + b1 + "\n");
        in("a1", "ping -6 -c 1 -W 2 " + b1).succeeded();
        String neighbor = in("a1", "ip -6 neigh show " + b1).succeeded().out();
        assertThat(told)
                .contains("ndp      who has " + b1 + "? "
                        + neighbor.substring(neighbor.indexOf("lladdr ") + 7).split(" ", -1)[0] + "\n");

        assertThat(osier("explain", "--from", "a1", "--to", a1).err())
                .isEqualTo("osier: explain: the packet does not leave pod a1, whose own address is " + a1 + "\n");

        String otherHost = PODS.of(IpAddress.parse("10.32.1.1")).toString();
        assertThat(explain(otherHost)).contains("node-b  out to the host, whose kernel has it from there: icmpv6 ");
        in("a1", "ping -6 -c 1 -W 2 " + otherHost).succeeded();

        String nobody = PODS.of(IpAddress.parse("10.32.1.200")).toString();
        assertThat(explain("[" + nobody + "]:53", "--proto", "udp")).contains("node-b  dropped: no-such-pod");
        in("a1", "ping -6 -c 1 -W 1 " + nobody);
        assertThat(osier("--node", "node-b", "drops").succeeded().out()).contains("no-such-pod");

        assertThat(explain("2001:db8:99::1"))
                .contains("node-a  out to the host, whose kernel has it from there: icmpv6 ");
    }

    @Test
    void routesAreThoseOfNetstat() {
        assertThat(osier("--node", "node-a", "get", "routes", "-6").succeeded().out())
                .isEqualTo("""
                        Destination                    Next Hop                   Flag Met Ref  Use If
                        fd6f:7369:6572:1::a20:0/120    ::                         U    0   0      0 osier0
                        fd6f:7369:6572:1::a20:100/120  172.30.0.2                 UG   0   0      0 vxlan1
                        """);
    }
}
