package io.osier.dataplane.explain;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is foretold of packets to services with session affinity, several by one trial as {@code explain} does it. */
class TrialAffinityTest {
    private static final PortId CLIENT = new PortId(PortKind.POD, "client");
    private static final IpAddress CLIENT_IP = IpAddress.parse("10.32.0.2");
    private static final String VIP = "10.96.0.10";
    private static final String VIP6 = "fd6f:7369:6572:2::a";
    private static final int SECONDS = 60;
    private static final int BACKENDS = 3;

    private final SimulatedCluster cluster = new SimulatedCluster(1);
    private final SimulatedNode nodeA = cluster.node("node-a", "10.32.0.0/24");
    private final SimulatedNode nodeB = cluster.node("node-b", "10.32.1.0/24");
    private final MemoryPort client = nodeA.pod("client", "10.32.0.2");
    private int sourcePort = 5000;

    @BeforeEach
    void populate() {
        nodeA.pod("near", "10.32.0.3");
        nodeB.pod("far", "10.32.1.2");
        cluster.affineService(
                "default/web", IpProtocol.TCP, VIP, 80, SECONDS, "10.32.0.3:8080", "10.32.0.3:8081", "10.32.1.2:8080");
        cluster.affineService(
                "default/web6",
                IpProtocol.TCP,
                VIP6,
                80,
                SECONDS,
                "fd6f:7369:6572:1::a20:3:8080",
                "fd6f:7369:6572:1::a20:3:8081",
                "fd6f:7369:6572:1::a20:102:8080");
    }

    @AfterEach
    void accountsBalance() {
        cluster.close();
    }

    private static IpAddress sourceTo(String vip) {
        return vip.contains(":") ? SimulatedCluster.IPV6.pods().of(CLIENT_IP) : CLIENT_IP;
    }

    /** Opens a connection in earnest and says which backend got it. */
    private String open(String vip) {
        client.send(tcp().from(sourceTo(vip).toString(), sourcePort++)
                .to(vip, 80)
                .fromMac(client.mac())
                .toMac(gatewayMac())
                .syn());
        cluster.settle();
        int port = sourcePort - 1;
        return nodeA.worker().connections().stream()
                .filter(flow -> flow.clientPort() == port)
                .map(flow -> new Socket(flow.backend(), flow.backendPort()).toString())
                .findFirst()
                .orElseThrow();
    }

    private long gatewayMac() {
        return MacAddress.ofPod(nodeA.gateway().v4Bits());
    }

    /** What is foretold of one packet for each backend. */
    private List<String> foretold(String vip) {
        Trial trial = new Trial(NodeCopy.of(nodeA.worker()), 1);
        TrialPacket packet = new TrialPacket(
                MacAddress.ofPod(CLIENT_IP.v4Bits()), sourceTo(vip), IpAddress.parse(vip), IpProtocol.TCP, 80);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < BACKENDS; i++) {
            List<TrialEvent> events = trial.send(CLIENT, packet.frame(gatewayMac(), i), i);
            assertThat(events).hasSize(1);
            told.add(Objects.requireNonNull(events.get(0).translation()).replaceAll(".* -> ", ""));
        }
        return told;
    }

    private int backendBefore(String vip) {
        NodeCopy copy = NodeCopy.of(nodeA.worker());
        return copy.backendBefore(service(vip), sourceTo(vip));
    }

    private VirtualService service(String vip) {
        IpAddress address = IpAddress.parse(vip);
        return Objects.requireNonNull(
                nodeA.worker().state().services().lookup(IpProtocol.TCP, address.high(), address.low(), 80));
    }

    private static List<String> each(String vip) {
        return vip.equals(VIP)
                ? List.of(
                        "10.32.0.3:8080, backend 1 of 3, p=0.333",
                        "10.32.0.3:8081, backend 2 of 3, p=0.333",
                        "10.32.1.2:8080, backend 3 of 3, p=0.333")
                : List.of(
                        "[fd6f:7369:6572:1::a20:3]:8080, backend 1 of 3, p=0.333",
                        "[fd6f:7369:6572:1::a20:3]:8081, backend 2 of 3, p=0.333",
                        "[fd6f:7369:6572:1::a20:102]:8080, backend 3 of 3, p=0.333");
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP, VIP6})
    void aClientWithoutAffinityMayGetEachBackend(String vip) {
        assertThat(foretold(vip)).isEqualTo(each(vip));
        assertThat(backendBefore(vip)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {VIP, VIP6})
    void aClientWithAffinityGetsTheBackendThatItHad(String vip) {
        String had = open(vip);
        int index = backendBefore(vip);

        assertThat(each(vip).get(index)).startsWith(had + ",");
        assertThat(foretold(vip)).containsOnly(had + ", backend " + (index + 1) + " of 3, by session affinity");
        assertThat(open(vip)).as("as it is").isEqualTo(had);
    }

    @Test
    void anAffinityThatHasRunOutIsNone() {
        open(VIP);
        cluster.advance(Duration.ofSeconds(SECONDS + 1));

        assertThat(backendBefore(VIP)).isEqualTo(-1);
        assertThat(foretold(VIP)).isEqualTo(each(VIP));
    }

    @Test
    void anAffinityToABackendThatHasGoneIsNone() {
        String had = open(VIP);
        String[] others = {"10.32.1.2:8081", "10.32.1.2:8082", "10.32.1.2:8083"};
        cluster.affineService("default/web", IpProtocol.TCP, VIP, 80, SECONDS, others);

        assertThat(foretold(VIP))
                .noneMatch(told -> told.contains(had))
                .contains(others[1] + ", backend 2 of 3, p=0.333");
    }

    @Test
    void foretellingMakesNoAffinityAndCountsNothing() {
        foretold(VIP);

        assertThat(backendBefore(VIP)).isEqualTo(-1);
        assertThat(nodeA.flows()).isEmpty();
        for (int i = 0; i < BACKENDS; i++) {
            assertThat(service(VIP).counters().packets(i)).isZero();
        }
    }

    @Test
    void foretellingRefreshesNoAffinity() {
        open(VIP);
        int chosen = backendBefore(VIP);
        cluster.advance(Duration.ofSeconds(SECONDS));
        assertThat(foretold(VIP)).allMatch(told -> told.endsWith("by session affinity"));
        cluster.advance(Duration.ofSeconds(1));

        assertThat(backendBefore(VIP)).isEqualTo(-1);
        assertThat(service(VIP).counters().packets(chosen)).isEqualTo(1);
        assertThat(service(VIP).counters().againPackets(chosen)).isZero();
    }
}
