package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Much data, in packets of every length, by every way there is: what arrives is what was sent. First with all offloads, then
 * over an underlay without any, at last with an agent that does without beside one that does not.
 */
@Tag("namespaces")
@Tag("alone")
@ExtendWith(TwoNodeLab.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SuperFramesTest {
    private static final int UNDERLAY_FRAME_BYTES = 1514;

    @TempDir
    private static Path folder;

    private static BulkTransfer bulk;
    private static String a1 = "";
    private static String b1 = "";
    private static String service = "";

    @BeforeAll
    static void createPods() {
        bulk = new BulkTransfer(folder, 30);
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "a2", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "-l", "app=bulk", "--node", "node-b").succeeded();
        osier("apply", "-f", manifest()).succeeded();
        a1 = podIp("a1");
        b1 = podIp("b1");
        service = clusterIp("bulk");
    }

    private static String manifest() {
        Path file = folder.resolve("bulk.yaml");
        bash("cat > " + file + " <<'EOF'\n" + """
                apiVersion: v1
                kind: Service
                metadata: {name: bulk}
                spec:
                  selector: {app: bulk}
                  ports:
                    - {name: bulk, port: 80, targetPort: 7000, protocol: TCP}
                    - {name: echo, port: 81, targetPort: 7002, protocol: UDP}
                """ + "EOF").succeeded();
        return file.toString();
    }

    private static void sendBothWaysBetweenNodes() {
        bulk.send("a1", "b1", b1);
        bulk.send("b1", "a1", a1);
    }

    @Test
    @Order(1)
    void streamsArriveIntactByEveryWay() {
        sendBothWaysBetweenNodes();
        bulk.send("a1", "a2", podIp("a2"));
        bulk.send("node-a", "a1", a1);
        bulk.send("node-a", "b1", b1);
        bulk.send("a1", "node-a", "10.32.0.1");
        bulk.send("b1", "node-a", "10.32.0.1");
        bulk.send("a1", "b1", service, 80);
        bulk.send("node-a", "b1", service, 80);
        bulk.send("b1", "b1", service, 80);
    }

    @Test
    @Order(2)
    void aFloodOfSmallDatagramsIsNeitherCorruptedNorReorderedNorDoubled() throws Exception {
        assertThat(new Flood(number -> 64).send("a1", "b1", b1, 50_000)).isGreaterThan(1_000);
        assertThat(new Flood(number -> 64).send("a1", "a2", podIp("a2"), 50_000))
                .isGreaterThan(1_000);
    }

    @Test
    @Order(2)
    void aFloodOfAllLengthsIsNeitherCorruptedNorReorderedNorDoubled() throws Exception {
        // In runs, so that some datagrams are joined, and some runs end with a shorter one and some with a longer one.
        int[] lengths = new Random(1).ints(1_000, 4, 1_423).toArray();
        assertThat(new Flood(number -> lengths[number / 5 % lengths.length]).send("a1", "b1", b1, 50_000))
                .isGreaterThan(1_000);
    }

    @Test
    @Order(2)
    void fragmentsOfALongDatagramArriveDirectlyAndThroughAService() throws Exception {
        byte[] sent = new byte[9_000];
        new Random(2).nextBytes(sent);
        try (DatagramSocket server = Flood.socket("b1", 7002);
                DatagramSocket client = Flood.socket("a1", 0)) {
            server.setSoTimeout(5_000);
            client.setSoTimeout(5_000);
            assertThat(echo(client, server, sent, b1, 7002)).isEqualTo(sent);
            assertThat(echo(client, server, sent, service, 81)).isEqualTo(sent);
        }
    }

    private static byte[] echo(DatagramSocket client, DatagramSocket server, byte[] sent, String address, int port)
            throws Exception {
        InetAddress to = InetAddress.getByName(address);
        client.send(new DatagramPacket(sent, sent.length, to, port));
        DatagramPacket asked = new DatagramPacket(new byte[65_535], 65_535);
        server.receive(asked);
        server.send(asked);
        DatagramPacket answer = new DatagramPacket(new byte[65_535], 65_535);
        client.receive(answer);
        assertThat(answer.getAddress()).isEqualTo(to);
        assertThat(answer.getPort()).isEqualTo(port);
        return Arrays.copyOf(answer.getData(), answer.getLength());
    }

    @Test
    @Order(3)
    void anUnderlayWithoutOffloadsCarriesPacketsThatStrangersDecode() {
        String off = " tso off gso off gro off tx-udp-segmentation off";
        bash("set -e; for node in node-a node-b; do ip netns exec $node ethtool -K eth0" + off
                        + "; ip netns exec osier-underlay ethtool -K $node" + off + "; done")
                .succeeded();
        Path file = folder.resolve("underlay.pcap");
        Process tcpdump = UnderlayTest.capture("node-b", "eth0", file);
        try {
            bulk.send("a1", "b1", b1);
        } finally {
            UnderlayTest.end(tcpdump);
        }
        bulk.send("b1", "a1", a1);

        String strange = "!(vxlan.vni == 1) || _ws.malformed || _ws.short || udp.checksum == 0";
        assertThat(count(file, strange + " || frame.len > " + UNDERLAY_FRAME_BYTES))
                .isZero();
        // Between agents the outer checksum vouches for the inner one, and the header says so.
        assertThat(count(file, "tcp.len > 0 && vxlan[0:2] == 08:20")).isGreaterThan(10_000);
        assertThat(count(file, "tcp.len > 0 && vxlan[0:2] != 08:20")).isZero();
    }

    /** How many packets tshark finds that are so. */
    static int count(Path file, String filter) {
        return Integer.parseInt(bash("set -o pipefail; tshark -r " + file + " -o tcp.check_checksum:TRUE"
                        + " -o tcp.analyze_sequence_numbers:FALSE -Y '" + filter
                        + "' -T fields -e frame.number | wc -l")
                .succeeded()
                .out()
                .trim());
    }

    @Test
    @Order(4)
    void anAgentThatLeavesNothingToOthersAndOneThatDoesUnderstandEachOther() {
        restartWithoutOffloads("node-b");

        sendBothWaysBetweenNodes();
        bulk.send("a1", "b1", service, 80);
        bulk.send("node-a", "b1", b1);
        bulk.send("b1", "b1", service, 80);
    }

    private static void restartWithoutOffloads(String node) {
        String dir = "/run/osier/lab/" + node;
        bash("set -e; cd " + dir + "; pid=$(cat agent.pid); mapfile -d '' -t words < /proc/$pid/cmdline;"
                        + " echo 'offloads: none' >> agent.yaml; kill $pid; while kill -0 $pid 2>&-; do sleep 0.05; done;"
                        + " setsid nsenter --net=/run/netns/" + node
                        + " \"${words[@]}\" >> agent.log 2>&1 < /dev/null & echo $! > " + dir + "/agent.pid")
                .succeeded();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(osier("--node", node, "status").out()).containsPattern("Offloads: +none"));
        in("a1", "for i in $(seq 50); do ping -c 1 -W 0.2 " + b1 + " && exit 0; done; exit 1")
                .succeeded();
    }
}
