package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.metrics.Exposition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A service in front of pods on both nodes, asked from pods and from hosts. */
@Tag("namespaces")
@Tag("alone")
@ExtendWith(TwoNodeLab.class)
class ServiceTest {
    private static final String LATE_VIP = "10.96.99.99";
    private static String vip = "";

    @BeforeAll
    static void createPodsAndService() {
        createServer("web-1", "node-a", "app=web");
        createServer("web-2", "node-b", "app=web");
        osier("create", "pod", "client", "--node", "node-a").succeeded();
        osier("create", "service", "web", "--port", "80:9876", "--selector", "app=web")
                .succeeded();
        vip = clusterIp("web");
    }

    private static String ask(String namespace, int times) {
        return in(
                        namespace,
                        "for i in $(seq " + times + "); do curl -sS --max-time 5 http://" + vip
                                + ":80/info; echo; done")
                .succeeded()
                .out();
    }

    @Test
    void bothBackendsAnswerAPod() {
        String answers = ask("client", 20);

        assertThat(answers).contains("web-1").contains("web-2");
        assertThat(answers).contains(podIp("client")); // nobody is masqueraded between pods
    }

    @Test
    void bothBackendsAnswerAHost() {
        assertThat(ask("node-a", 20)).contains("web-1").contains("web-2");
        assertThat(ask("node-b", 20)).contains("web-1").contains("web-2");
    }

    @Test
    void aPodReachesItselfThroughItsService() {
        assertThat(ask("web-1", 20)).contains("\"web-1\"").contains("\"web-2\"").contains("10.32.0.1\"");
    }

    @Test
    void aServiceWithAffinityGivesAClientOneBackend() {
        osier(
                        "create",
                        "service",
                        "sticky",
                        "--port",
                        "80:9876",
                        "--selector",
                        "app=web",
                        "--session-affinity",
                        "ClientIP")
                .succeeded();
        String sticky = clusterIp("sticky");
        String beforehand = osier("explain", "--from", "client", "--to", sticky + ":80")
                .succeeded()
                .out();
        assertThat(beforehand)
                .contains("-> " + podIp("web-1") + ":9876, backend 1 of 2, p=0.5")
                .contains("-> " + podIp("web-2") + ":9876, backend 2 of 2, p=0.5")
                .doesNotContain("by session affinity");
        String answers = in(
                        "client", "for i in $(seq 12); do curl -sS --max-time 5 http://" + sticky + "/info; echo; done")
                .succeeded()
                .out();

        assertThat(answers.contains("\"web-1\"")).isNotEqualTo(answers.contains("\"web-2\""));
        assertThat(osier("rules").succeeded().out()).contains("/* default/sticky */ recent: CHECK seconds: 10800 reap");

        String had = podIp(answers.contains("\"web-1\"") ? "web-1" : "web-2") + ":9876";
        assertThat(osier("explain", "--from", "client", "--to", sticky + ":80")
                        .succeeded()
                        .out())
                .contains("  backend " + had + ", by session affinity")
                .containsPattern("DNAT .* -> " + had + ", backend \\d of 2, by session affinity")
                .doesNotContain("p=0.5");
    }

    @Test
    void whatIsExplainedIsWhatHappens() {
        String told = osier("explain", "--from", "client", "--to", vip + ":80")
                .succeeded()
                .out();
        assertThat(told)
                .contains("service  default/web, 2 backends")
                .contains("node-a  DNAT " + vip + ":80 -> " + podIp("web-1") + ":9876, backend 1 of 2, p=0.5")
                .contains("node-a  out to pod web-1: ")
                .contains("node-a  out to node-b by VXLAN to 172.30.0.2: ")
                .contains("node-b  out to pod web-2: tcp " + podIp("client") + ":4000");
        assertThat(ask("client", 10)).contains("web-");

        String refused = osier("explain", "--from", "client", "--to", vip + ":81")
                .succeeded()
                .out();
        assertThat(refused).contains("node-a  dropped: no-service-port");
        String before = osier("drops").succeeded().out();
        in("client", "curl -sS --max-time 2 http://" + vip + ":81/");
        assertThat(osier("drops").succeeded().out()).isNotEqualTo(before).contains("no-service-port");
    }

    @Test
    void explainingCountsNothing() {
        String rules = osier("rules", "-v").succeeded().out();
        String flows = osier("get", "flows", "-o", "name").succeeded().out();

        osier("explain", "--from", "client", "--to", vip + ":80").succeeded();

        assertThat(osier("rules", "-v").succeeded().out()).isEqualTo(rules);
        assertThat(osier("get", "flows", "-o", "name").succeeded().out()).isEqualTo(flows);
    }

    @Test
    void rulesShowTheChanceOfEachBackend() {
        String rules = osier("rules").succeeded().out();

        assertThat(rules)
                .contains("Chain KUBE-SERVICES (2 references)")
                .contains("/* default/web cluster IP */ tcp dpt:80")
                .contains("/* default/web */ statistic mode random probability 0.50000000000")
                .contains("tcp to:" + podIp("web-1") + ":9876")
                .contains("tcp to:" + podIp("web-2") + ":9876");
    }

    @Test
    void prometheusFindsWhatPacketsDid() {
        ask("client", 1);

        Exposition page = Exposition.read(in("node-b", "curl -sSf --max-time 5 http://172.30.0.1:10249/metrics")
                .succeeded()
                .out());

        assertThat(page.value("kubeproxy_sync_proxy_rules_duration_seconds_count"))
                .isPositive();
        assertThat(page.value("kubeproxy_network_programming_duration_seconds_count"))
                .isPositive();
        assertThat(page.value("osier_port_packets_total{direction=\"rx\",kind=\"pod\",port=\"client\"}"))
                .isGreaterThan(3);
        assertThat(page.value("osier_tunnel_peers{foreign=\"false\"}")).isEqualTo(1);
        assertThat(page.sum("osier_flows"))
                .isEqualTo(page.value("osier_table_entries{table=\"flows\"}"))
                .isPositive();
        assertThat(page.sum("osier_packets_in_total"))
                .isEqualTo(page.value("osier_packets_out_total")
                        + page.sum("osier_packets_dropped_total")
                        + page.value("osier_packets_held"));
        assertThat(Exposition.read(osier("metrics").succeeded().out()).types()).isEqualTo(page.types());
        assertThat(in("node-b", "curl -s -o /dev/null -w '%{http_code}' http://172.30.0.1:10249/api/v1/pods")
                        .out())
                .isEqualTo("404");
    }

    @Test
    void aThousandConnectionsAtOnceAllSucceed() {
        in(
                        "client",
                        "seq 1000 | xargs -P 100 -I{} curl -sS -o /dev/null --max-time 20 -w '%{http_code}\\n' http://"
                                + vip + ":80/info | sort | uniq -c | grep -qx ' *1000 200'")
                .succeeded();
        assertThat(osier("get", "flows").succeeded().lines().get(0))
                .matches("PROTO +CLIENT +SERVICE +BACKEND +STATE +EXPIRES +PACKETS +BYTES");
    }

    @Test
    void flowsArePickedAndForgotten() {
        assertThat(ask("client", 20)).contains("web-1").contains("web-2");
        List<String> all = flows();
        List<String> first = flows("--backend", "web-1");
        String web1 = podIp("web-1") + ":9876";

        assertThat(flows("--service", "web", "--pod", "client")).hasSizeGreaterThanOrEqualTo(20);
        assertThat(first).isNotEmpty().hasSizeLessThan(all.size()).allMatch(line -> line.contains(web1));
        assertThat(flows("--service", vip + ":80", "--state", "time_wait")).isNotEmpty();
        assertThat(osier("get", "flows", "--pod", "nobody").err()).isEqualTo("osier: get: pods \"nobody\" not found\n");

        osier("delete", "flows", "--backend", "web-1").succeeded();

        assertThat(flows("--backend", "web-1")).isEmpty();
        assertThat(flows("--backend", "web-2")).isNotEmpty();
        assertThat(ask("client", 20)).contains("web-1");
    }

    private static List<String> flows(String... options) {
        List<String> words = new ArrayList<>(List.of("get", "flows"));
        words.addAll(List.of(options));
        List<String> lines = osier(words.toArray(String[]::new)).succeeded().lines();
        return lines.subList(1, lines.size());
    }

    @Test
    void aServiceWithoutEndpointsRefusesAtOnce() {
        osier("create", "service", "empty", "--port", "80:80", "--selector", "app=nothing")
                .succeeded();
        try {
            Shell.Result curl = in("client", "curl -sS --max-time 20 http://" + clusterIp("empty") + "/");

            assertThat(curl.exitCode()).as(curl.err()).isEqualTo(7); // could not connect, and not 28, timed out
            assertThat(osier("drops").out()).contains("no-endpoint");
        } finally {
            osier("delete", "service", "empty").succeeded();
        }
    }

    @Test
    void aDeletedBackendTakesItsUdpFlowsWithIt(@TempDir Path folder) {
        osier(
                        "create",
                        "pod",
                        "echo-1",
                        "-l",
                        "app=echo",
                        "--node",
                        "node-a",
                        "--",
                        "socat",
                        "UDP4-LISTEN:53,fork",
                        "SYSTEM:echo echo-1")
                .succeeded();
        osier(
                        "create",
                        "pod",
                        "echo-2",
                        "-l",
                        "app=echo",
                        "--node",
                        "node-b",
                        "--",
                        "socat",
                        "UDP4-LISTEN:53,fork",
                        "SYSTEM:echo echo-2")
                .succeeded();
        osier("create", "service", "echo", "--port", "53:53/udp", "--selector", "app=echo")
                .succeeded();
        String echo = clusterIp("echo");
        // One socket, so one flow, that keeps sending.
        String ask = "echo hello | timeout 2 socat -T 1 - UDP4:" + echo + ":53,sourceport=5353,reuseaddr";
        String first = askUntilAnswered(ask);

        osier("delete", "pod", first).succeeded();

        String other = first.equals("echo-1") ? "echo-2" : "echo-1";
        assertThat(askUntilAnswered(ask)).isEqualTo(other);
        osier("delete", "service", "echo").succeeded();
        osier("delete", "pod", other).succeeded();
    }

    private static String askUntilAnswered(String ask) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> in("client", ask).out().lines().findFirst().orElse(""), answer -> !answer.isEmpty());
    }

    @Test
    void aNewReplicaIsInTheTableOfEveryNodeWithinASecond() {
        createServer("web-3", "node-b", "app=web");
        try {
            String address = podIp("web-3");
            await().atMost(Duration.ofSeconds(1)).untilAsserted(() -> {
                assertThat(osier("--node", "node-a", "rules").out()).contains(address);
            });
            assertThat(osier("--node", "node-b", "rules").out()).contains(address);
        } finally {
            osier("delete", "pod", "web-3").succeeded();
        }
    }

    @Test
    void aCaptureShowsEveryStageAndDecision(@TempDir Path folder) {
        Path file = folder.resolve("capture.pcapng");
        Process capture = Shell.start("node-a", Shell.osierCommand() + " capture -w " + file, folder.resolve("log"));
        try {
            await().until(() -> file.toFile().length() > 0);
            await().atMost(Duration.ofSeconds(20)).until(() -> ask("client", 2).contains("web-2"));
            osier("create", "service", "late", "--cluster-ip", LATE_VIP, "--port", "80:80")
                    .succeeded();
            await().until(() -> osier("rules").out().contains("default/late"));
            in("client", "curl -sS -m 1 http://" + LATE_VIP + "/");
        } finally {
            capture.destroy();
            osier("delete", "service", "late").succeeded();
        }
        await().until(() -> !capture.isAlive());

        Shell.Result names = bash("tshark -r " + file + " -T fields -e frame.interface_name | sort -u")
                .succeeded();
        assertThat(names.lines())
                .contains("client tap-in", "node-a vxlan-out", "node-b vxlan-in", "web-2 tap-out", "client tap-out");
        assertThat(names.err()).doesNotContain("cut short").doesNotContain("corrupt");
        assertThat(bash("tshark -r " + file + " -T fields -e frame.comment").out())
                .contains("DNAT " + vip + ":80 -> " + podIp("web-2") + ":9876, backend 2 of 2, p=0.5");
        assertThat(bash("tshark -r " + file + " -Y vxlan -T fields -e vxlan.vni | sort -u")
                        .out()
                        .trim())
                .isEqualTo("1");
        assertThat(bash("tshark -2 -N n -r " + file + " -T fields -e ip.dst_host")
                        .lines())
                .as("also what was named after the capture had begun")
                .contains("web", "late");
    }

    /** {@code vagrant ssh -c} and {@code ssh -t} put a terminal between the command and the pipe. */
    @Test
    void aCaptureThroughATerminalIsAFileAllTheSame(@TempDir Path folder) {
        Path file = folder.resolve("capture.pcapng");
        String capture = Shell.osierCommand() + " capture --pod client -c 40 -w -";
        bash("sleep 20 | script -qfec '" + capture + "' /dev/null >" + file + " & for i in $(seq 100); do [ -s " + file
                        + " ] && break; sleep 0.1; done; ip netns exec client curl -sS http://" + vip
                        + "/info; ip netns exec client curl -sS http://" + vip
                        + "/info; ip netns exec client curl -sS http://" + vip
                        + "/info; for i in $(seq 50); do pgrep -f '[c]apture --pod client -c 40' >/dev/null || break; sleep 0.1; done")
                .succeeded();

        Shell.Result read = bash("tshark -r " + file + " -T fields -e frame.interface_name");
        assertThat(read.err()).doesNotContain("isn't a capture file", "cut short", "corrupt");
        assertThat(read.lines()).hasSize(40).contains("client tap-in");
    }

    @Test
    void theDemoShowsItsPodsOnBothNodesAndLeavesNothing() {
        String shown = osier("demo").succeeded().out();

        assertThat(shown)
                .containsPattern("demo-web-1 +1/1 .* node-a\n")
                .containsPattern("demo-web-2 +1/1 .* node-b\n")
                .contains("\"host\":\"demo-web-1\"", "\"host\":\"demo-web-2\"")
                .contains("2 packets transmitted, 2 received, 0% packet loss")
                .contains("/* default/demo-web */");
        osier("demo", "--down").succeeded();
        assertThat(osier("get", "pods").succeeded().out())
                .doesNotContain("demo-")
                .contains("web-1");
        assertThat(osier("get", "services").succeeded().out())
                .doesNotContain("demo-")
                .contains("web");
    }
}
