package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes in two zones that reach each other by IPv6: traffic stays in its zone while there is somebody to answer it, and the
 * tunnel takes 20 bytes more of each packet, which is all that a pod could notice.
 */
@Tag("namespaces")
class TwoZonesTest {
    private static final int QUESTIONS = 12;
    private static final String NODE_A = "fd00:30::1";
    private static final String NODE_B = "fd00:30::2";
    /** 1500 bytes less IPv6, UDP, VXLAN and Ethernet. */
    private static final int POD_MTU_BYTES = 1430;

    private static final int PING_HEADERS_BYTES = 28;

    @RegisterExtension
    static final TwoNodeLab LAB = new TwoNodeLab();

    @BeforeAll
    static void moveApart() {
        move("node-a", NODE_A, "east");
        move("node-b", NODE_B, "west");
        osier("lab", "restart").succeeded();
        createServer("web-east", "node-a", "app=web");
        createServer("web-west", "node-b", "app=web");
        osier("create", "pod", "caller", "--node", "node-a").succeeded();
    }

    private static void move(String node, String address, String zone) {
        bash("""
                cd /run/osier/lab/%1$s && ip -n %1$s addr add %2$s/64 dev eth0 nodad &&
                sed -i 's/^underlayAddress: .*/underlayAddress: "%2$s"/' agent.yaml && echo 'zone: %3$s' >>agent.yaml
                """.formatted(node, address, zone)).succeeded();
    }

    private static void apply(String manifest) {
        bash(Shell.osierCommand() + " apply -f - <<END\n" + manifest + "\nEND").succeeded();
    }

    /** Who answers the caller, in east. */
    private static Set<String> answering(String service) {
        Set<String> hosts = new TreeSet<>();
        String address = clusterIp(service);
        for (int i = 0; i < QUESTIONS; i++) {
            String answer = in("caller", "curl -sS --max-time 5 http://" + address + "/info")
                    .out();
            hosts.add(answer.replaceAll(".*\"host\":\"([^\"]*)\".*", "$1").strip());
        }
        return hosts;
    }

    @Test
    void trafficStaysInItsZoneUntilNobodyIsThere() {
        apply("""
                {apiVersion: v1, kind: Service, metadata: {name: near},
                 spec: {selector: {app: web}, trafficDistribution: PreferSameZone, ports: [{port: 80, targetPort: 9876}]}}
                """);
        await().untilAsserted(() -> assertThat(answering("near")).containsExactly("web-east"));

        osier("delete", "pod", "web-east").succeeded();
        await().untilAsserted(() -> assertThat(answering("near")).containsExactly("web-west"));
        createServer("web-east", "node-a", "app=web");
        await().untilAsserted(() -> assertThat(answering("near")).containsExactly("web-east"));
    }

    @Test
    void hintsSayWhichZoneAnEndpointIsFor() {
        apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: hinted}
                spec: {ports: [{port: 80, targetPort: 9876}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: hinted-1, labels: {kubernetes.io/service-name: hinted}}
                addressType: IPv4
                ports: [{port: 9876}]
                endpoints:
                - {addresses: [%s], hints: {forZones: [{name: west}]}}
                - {addresses: [%s], hints: {forZones: [{name: east}]}}
                """.formatted(podIp("web-east"), podIp("web-west")));

        await().untilAsserted(() -> assertThat(answering("hinted"))
                .as("what the hints say, not where the pods are")
                .containsExactly("web-west"));
    }

    @Test
    void fullPacketsCrossAndStrangersDecodeThem(@TempDir Path folder) throws Exception {
        assertThat(osier("get", "nodes", "-o", "wide").succeeded().out()).contains(NODE_A, NODE_B);
        assertThat(bash("ip -n caller link show eth0").out()).contains("mtu " + POD_MTU_BYTES + " ");
        Path file = folder.resolve("underlay.pcap");
        Process tcpdump = UnderlayTest.capture("node-a", "eth0", file);
        try {
            in(
                            "caller",
                            "ping -c 3 -i 0.2 -W 2 -M do -s " + (POD_MTU_BYTES - PING_HEADERS_BYTES) + " "
                                    + podIp("web-west"))
                    .succeeded();
        } finally {
            UnderlayTest.end(tcpdump);
        }

        assertThat(bash("tshark -r " + file
                                + " -Y 'vxlan.vni == 1 && icmp.type == 8' -T fields -e ipv6.src -e ipv6.dst -e ip.dst -e udp.checksum.status")
                        .succeeded()
                        .lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith(NODE_A + "\t" + NODE_B + "\t" + podIp("web-west")));
    }

    @Test
    void superFramesAreCutAndJoinedAsOverIpv4() {
        String sums = """
                file=$(mktemp); dd if=/dev/urandom of=$file bs=1M count=16 2>/dev/null; sha256sum <$file
                (ip netns exec web-west socat -u TCP4-LISTEN:7005 STDOUT | sha256sum) & sleep 0.5
                ip netns exec caller socat -u FILE:$file TCP4:%s:7005; wait; rm -f $file
                """.formatted(podIp("web-west"));
        assertThat(bash(sums).succeeded().lines().stream().distinct()).hasSize(1);
    }

    @Test
    void theDoctorFindsNothing() {
        assertThat(osier("doctor").succeeded().out())
                .contains("  ok    full-size: packets of 1430 bytes arrive\n")
                .endsWith("all is well\n");
    }
}
