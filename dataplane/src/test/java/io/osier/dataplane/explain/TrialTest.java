package io.osier.dataplane.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PeerSet;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyRule;
import io.osier.dataplane.policy.PortRange;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is foretold of a packet, in the words of the events, and that foretelling changes nothing. */
class TrialTest {
    private static final PortId CLIENT = new PortId(PortKind.POD, "client");
    private static final IpAddress CLIENT_IP = IpAddress.parse("10.32.0.2");
    private static final long CLIENT_MAC = MacAddress.ofPod(CLIENT_IP.v4Bits());

    private final SimulatedCluster cluster = new SimulatedCluster(1);
    private final SimulatedNode nodeA = cluster.node("node-a", "10.32.0.0/24");
    private final SimulatedNode nodeB = cluster.node("node-b", "10.32.1.0/24");

    @BeforeEach
    void populate() {
        nodeA.pod("client", "10.32.0.2");
        nodeA.pod("near", "10.32.0.3");
        nodeB.pod("far", "10.32.1.2");
        cluster.service(
                "default/web", IpProtocol.TCP, "10.96.0.10", 80, "10.32.0.2:8080", "10.32.0.3:8080", "10.32.1.2:8080");
        cluster.service("default/empty", IpProtocol.TCP, "10.96.0.11", 80);
        cluster.service(
                "default/web6",
                IpProtocol.TCP,
                "fd6f:7369:6572:2::a",
                80,
                "fd6f:7369:6572:1::a20:2:8080",
                "fd6f:7369:6572:1::a20:3:8080",
                "fd6f:7369:6572:1::a20:102:8080");
        cluster.service("default/empty6", IpProtocol.TCP, "fd6f:7369:6572:2::b", 80);
    }

    @AfterEach
    void nothingHasReallyHappened() {
        assertThat(nodeA.flows()).isEmpty();
        assertThat(nodeA.drops()).isEmpty();
        assertThat(nodeA.counters().drops().total()).isZero();
        cluster.close();
    }

    private static Trial on(SimulatedNode node) {
        return new Trial(NodeCopy.of(node.worker()), 1);
    }

    private static List<String> told(List<TrialEvent> events) {
        return events.stream()
                .map(event -> (event.dropped() == null
                                ? ""
                                : "dropped " + event.dropped().label() + " ")
                        + (event.answered() ? "answer to " : "")
                        + event.port() + ": " + event.packet()
                        + (event.translation() == null ? "" : "; " + event.translation())
                        + (event.policies().isEmpty() ? "" : "; " + String.join("; ", event.policies())))
                .toList();
    }

    private static TrialPacket packet(String to, int protocol, int port) {
        IpAddress destination = IpAddress.parse(to);
        IpAddress source =
                destination.isV4() ? CLIENT_IP : SimulatedCluster.IPV6.pods().of(CLIENT_IP);
        return new TrialPacket(CLIENT_MAC, source, destination, protocol, port);
    }

    private List<String> send(String to, int protocol, int port, int backend) {
        TrialPacket packet = packet(to, protocol, port);
        boolean pod = to.startsWith("10.32.") || to.startsWith("fd6f:7369:6572:1::a2");
        long mac =
                MacAddress.ofPod(pod ? (int) packet.to().low() : nodeA.gateway().v4Bits());
        return told(on(nodeA).send(CLIENT, packet.frame(mac, 0), backend));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.32.0.3  | tap:near: udp 10.32.0.2:40000 > 10.32.0.3:53
            10.32.1.2  | vxlan:node-b: udp 10.32.0.2:40000 > 10.32.1.2:53
            10.32.0.77 | dropped no-such-pod tap:client: udp 10.32.0.2:40000 > 10.32.0.77:53
            8.8.8.8    | host:osier0: udp 10.32.0.2:40000 > 8.8.8.8:53
            """)
    void aPacketGoesWhereItWouldGo(String to, String told) {
        assertThat(send(to, IpProtocol.UDP, 53, 0)).containsExactly(told);
    }

    @Test
    void whatPoliciesSayIsToldByTheirRules() {
        PolicyRule dns = new PolicyRule(
                "default/dns, egress rule 1", PeerSet.ANYBODY, List.of(new PortRange(IpProtocol.UDP, 53, 53)));
        cluster.isolate("10.32.0.2", new PodPolicy(null, new Isolation("default/dns", List.of(dns)), 0));
        cluster.isolate("10.32.0.3", new PodPolicy(new Isolation("default/deny", List.of()), null, 0));

        assertThat(send("10.32.1.2", IpProtocol.UDP, 53, 0))
                .containsExactly("vxlan:node-b: udp 10.32.0.2:40000 > 10.32.1.2:53;"
                        + " egress allowed by default/dns, egress rule 1");
        assertThat(send("10.32.0.3", IpProtocol.UDP, 53, 0))
                .containsExactly("dropped ingress-policy tap:client: udp 10.32.0.2:40000 > 10.32.0.3:53;"
                        + " egress allowed by default/dns, egress rule 1;"
                        + " ingress isolated by default/deny; no rule allows this");
    }

    @Test
    void aPacketToNoServiceIsRefused() {
        assertThat(send("10.96.0.99", IpProtocol.UDP, 53, 0))
                .containsExactly(
                        "dropped no-service tap:client: udp 10.32.0.2:40000 > 10.96.0.99:53",
                        "answer to tap:client: icmp 10.32.0.1 > 10.32.0.2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | tap:client: tcp 10.32.0.1:40000 > 10.32.0.2:8080; DNAT 10.96.0.10:80 -> 10.32.0.2:8080, backend 1 of 3, p=0.333, client masqueraded behind the gateway
            1 | tap:near: tcp 10.32.0.2:40000 > 10.32.0.3:8080; DNAT 10.96.0.10:80 -> 10.32.0.3:8080, backend 2 of 3, p=0.333
            2 | vxlan:node-b: tcp 10.32.0.2:40000 > 10.32.1.2:8080; DNAT 10.96.0.10:80 -> 10.32.1.2:8080, backend 3 of 3, p=0.333
            """)
    void eachBackendCanBeTried(int backend, String told) {
        assertThat(send("10.96.0.10", IpProtocol.TCP, 80, backend)).containsExactly(told);
    }

    @Test
    void aRefusalIsToldWithItsAnswer() {
        assertThat(send("10.96.0.11", IpProtocol.TCP, 80, 0))
                .containsExactly(
                        "dropped no-endpoint tap:client: tcp 10.32.0.2:40000 > 10.96.0.11:80",
                        "answer to tap:client: icmp 10.32.0.1 > 10.32.0.2");
    }

    @Test
    void theOtherNodeGoesOnWhereThisOneEnds() {
        TrialPacket packet = new TrialPacket(CLIENT_MAC, CLIENT_IP, IpAddress.parse("10.32.1.2"), IpProtocol.ICMP, 0);
        long mac = MacAddress.ofPod(packet.to().v4Bits());
        TrialEvent here = on(nodeA).send(CLIENT, packet.frame(mac, 0), 0).get(0);
        TrialEvent.Datagram datagram = Objects.requireNonNull(here.tunnel());

        assertThat(datagram.node()).isEqualTo(nodeB.underlayAddress());
        assertThat(told(on(nodeB).receive(new TrialEvent.Datagram(nodeA.underlayAddress(), datagram.payload()))))
                .containsExactly("tap:far: icmp 10.32.0.2 > 10.32.1.2");
    }

    @Test
    void anArpAnswerNamesTheStation() {
        TrialPacket packet = new TrialPacket(CLIENT_MAC, CLIENT_IP, IpAddress.parse("10.32.1.2"), IpProtocol.ICMP, 0);
        List<TrialEvent> events = on(nodeA).send(CLIENT, packet.neighborRequest(packet.to()), 0);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).answerMac())
                .isEqualTo(MacAddress.ofPod(packet.to().v4Bits()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fd6f:7369:6572:1::a20:3   | tap:near: udp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:3]:53
            fd6f:7369:6572:1::a20:102 | vxlan:node-b: udp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:102]:53
            fd6f:7369:6572:1::a20:101 | vxlan:node-b: udp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:101]:53
            fd6f:7369:6572:1::a20:4d  | dropped no-such-pod tap:client: udp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:4d]:53
            fd6f:7369:6572:1::a20:1   | host:osier0: udp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:1]:53
            2001:db8::8               | host:osier0: udp [fd6f:7369:6572:1::a20:2]:40000 > [2001:db8::8]:53
            """)
    void anIpv6PacketGoesWhereItWouldGo(String to, String told) {
        assertThat(send(to, IpProtocol.UDP, 53, 0)).containsExactly(told);
    }

    @Test
    void anIpv6PacketToNoServiceIsRefused() {
        assertThat(send("fd6f:7369:6572:2::99", IpProtocol.UDP, 53, 0))
                .containsExactly(
                        "dropped no-service tap:client: udp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:2::99]:53",
                        "answer to tap:client: icmpv6 fd6f:7369:6572:1::a20:1 > fd6f:7369:6572:1::a20:2");
        assertThat(send("fd6f:7369:6572:2::b", IpProtocol.TCP, 80, 0).get(0))
                .startsWith("dropped no-endpoint tap:client: tcp ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | tap:client: tcp [fd6f:7369:6572:1::a20:1]:40000 > [fd6f:7369:6572:1::a20:2]:8080; DNAT [fd6f:7369:6572:2::a]:80 -> [fd6f:7369:6572:1::a20:2]:8080, backend 1 of 3, p=0.333, client masqueraded behind the gateway
            1 | tap:near: tcp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:3]:8080; DNAT [fd6f:7369:6572:2::a]:80 -> [fd6f:7369:6572:1::a20:3]:8080, backend 2 of 3, p=0.333
            2 | vxlan:node-b: tcp [fd6f:7369:6572:1::a20:2]:40000 > [fd6f:7369:6572:1::a20:102]:8080; DNAT [fd6f:7369:6572:2::a]:80 -> [fd6f:7369:6572:1::a20:102]:8080, backend 3 of 3, p=0.333
            """)
    void eachIpv6BackendCanBeTried(int backend, String told) {
        assertThat(send("fd6f:7369:6572:2::a", IpProtocol.TCP, 80, backend)).containsExactly(told);
    }

    @Test
    void theOtherNodeGoesOnWithAnIpv6Ping() {
        TrialPacket packet = packet("fd6f:7369:6572:1::a20:102", IpProtocol.ICMPV6, 0);
        long mac = MacAddress.ofPod((int) packet.to().low());
        TrialEvent here = on(nodeA).send(CLIENT, packet.frame(mac, 0), 0).get(0);
        TrialEvent.Datagram datagram = Objects.requireNonNull(here.tunnel());

        assertThat(told(on(nodeB).receive(new TrialEvent.Datagram(nodeA.underlayAddress(), datagram.payload()))))
                .containsExactly("tap:far: icmpv6 fd6f:7369:6572:1::a20:2 > fd6f:7369:6572:1::a20:102");
    }

    @ParameterizedTest
    @CsvSource({"fd6f:7369:6572:1::a20:102, 10.32.1.2", "fd6f:7369:6572:1::a20:1, 10.32.0.1"})
    void aNeighborAdvertisementNamesTheStation(String neighbor, String sameIpv4) {
        List<TrialEvent> events = on(nodeA)
                .send(CLIENT, packet(neighbor, IpProtocol.ICMPV6, 0).neighborRequest(IpAddress.parse(neighbor)), 0);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).answerMac())
                .isEqualTo(MacAddress.ofPod(IpAddress.parse(sameIpv4).v4Bits()));
    }

    @Test
    void nobodyAnswersForAPodThatIsNotThere() {
        IpAddress nobody = IpAddress.parse("fd6f:7369:6572:1::a20:4d");
        List<TrialEvent> events = on(nodeA)
                .send(CLIENT, packet(nobody.toString(), IpProtocol.ICMPV6, 0).neighborRequest(nobody), 0);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).answerMac()).isZero();
        assertThat(told(events).get(0)).startsWith("dropped unknown-arp-target tap:client: icmpv6 ");
    }

    @ParameterizedTest
    @CsvSource({"6, 80", "17, 53", "58, 0"})
    void anIndependentDecoderFindsNothingWrongWithAnIpv6Draft(int protocol, int port) {
        TrialPacket packet = packet("fd6f:7369:6572:1::a20:3", protocol, port);
        long mac = MacAddress.ofPod((int) packet.to().low());

        assertThat(DecodedPacket.of(RawFrame.copyOf(packet.frame(mac, 0))).toString())
                .contains("fd6f:7369:6572:1::a20:2")
                .contains("fd6f:7369:6572:1::a20:3");
        DecodedPacket question = DecodedPacket.of(RawFrame.copyOf(packet.neighborRequest(packet.to())));
        assertThat(question.toString()).contains("fd6f:7369:6572:1::a20:2 > ff02::1:ff20:3");
        assertThat(question.destinationMac()).isEqualTo(0x3333_ff20_0003L);
    }
}
