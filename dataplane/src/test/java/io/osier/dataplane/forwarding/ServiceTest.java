package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.RawFrame;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A packet to a service goes to one of its backends, whose answers come back from the service. */
class ServiceTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";

    @ParameterizedTest
    @ValueSource(strings = {NEAR, FAR})
    void aTcpConnectionIsTranslatedBothWays(String backend) {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, backend + ":8080");
        var server = backend.equals(NEAR) ? near : far;

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        assertThat(server.drain()).containsExactly("10.32.0.2:4000 > " + backend + ":8080 tcp [S]");

        send(server, tcp().from(backend, 8080).to(CLIENT, 4000).synAck());
        assertThat(client.drain()).containsExactly("10.96.0.10:80 > 10.32.0.2:4000 tcp [S.]");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().payload("GET /"));
        assertThat(server.drain()).containsExactly("10.32.0.2:4000 > " + backend + ":8080 tcp [.] \"GET /\"");
        assertThat(nodeA.flows()).containsExactly("10.32.0.2:4000 10.96.0.10:80 " + backend + ":8080 ESTABLISHED");
        assertThat(nodeB.flows()).as("the client's node translates").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {NEAR, FAR})
    void aDatagramIsTranslatedBothWays(String backend) {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, backend + ":5353");
        var server = backend.equals(NEAR) ? near : far;

        send(client, udp().from(CLIENT, 4000).to(VIP, 53).payload("question"));
        assertThat(server.drain()).containsExactly("10.32.0.2:4000 > " + backend + ":5353 udp \"question\"");

        send(server, udp().from(backend, 5353).to(CLIENT, 4000).payload("answer"));
        assertThat(client.drain()).containsExactly("10.96.0.10:53 > 10.32.0.2:4000 udp \"answer\"");
        assertThat(nodeA.flows()).containsExactly("10.32.0.2:4000 10.96.0.10:53 " + backend + ":5353 ASSURED");
    }

    @Test
    void theBackendSeesTheClientItselfAndTheClientTheServicesStation() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");

        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        send(near, udp().from(NEAR, 5353).to(CLIENT, 4000));

        assertThat(near.drainPackets()).extracting(DecodedPacket::sourceMac).containsExactly(macOf(CLIENT));
        assertThat(client.drainPackets()).extracting(DecodedPacket::sourceMac).containsExactly(macOf(VIP));
    }

    @ParameterizedTest
    @ValueSource(strings = {NEAR, FAR})
    void theHostIsAClientLikeAnyOther(String backend) {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, backend + ":8080");
        var server = backend.equals(NEAR) ? near : far;

        send(nodeA.host(), tcp().from(GATEWAY_A, 4000).to(VIP, 80).syn());
        assertThat(server.drain()).containsExactly("10.32.0.1:4000 > " + backend + ":8080 tcp [S]");

        send(server, tcp().from(backend, 8080).to(GATEWAY_A, 4000).synAck());
        assertThat(nodeA.host().drain()).containsExactly("10.96.0.10:80 > 10.32.0.1:4000 tcp [S.]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.30.0.1", "192.0.2.7"})
    void aClientOutsideThePodRangeIsMasqueradedBehindTheGateway(String outside) {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");

        send(
                nodeA.host(),
                udp().from(outside, 4000).fromMac(macOf(GATEWAY_A)).to(VIP, 53).payload("question"));
        assertThat(far.drain()).containsExactly("10.32.0.1:4000 > 10.32.1.2:5353 udp \"question\"");

        send(far, udp().from(FAR, 5353).to(GATEWAY_A, 4000).payload("answer"));
        assertThat(nodeA.host().drain()).containsExactly("10.96.0.10:53 > " + outside + ":4000 udp \"answer\"");
    }

    @Test
    void twoOutsideClientsWithTheSamePortAreKeptApart() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");

        send(
                nodeA.host(),
                udp().from("192.0.2.7", 4000).fromMac(macOf(GATEWAY_A)).to(VIP, 53));
        send(
                nodeA.host(),
                udp().from("192.0.2.8", 4000).fromMac(macOf(GATEWAY_A)).to(VIP, 53));
        List<DecodedPacket> asked = far.drainPackets();
        assertThat(asked.get(0)).hasToString("10.32.0.1:4000 > 10.32.1.2:5353 udp");
        int moved = nodeA.worker().connections().stream()
                .filter(flow -> flow.client().toString().equals("192.0.2.8"))
                .findFirst()
                .orElseThrow()
                .sourcePort();
        assertThat(moved).isBetween(1024, 65_535).isNotEqualTo(4000);
        assertThat(asked.get(1)).hasToString("10.32.0.1:" + moved + " > 10.32.1.2:5353 udp");

        send(far, udp().from(FAR, 5353).to(GATEWAY_A, moved).payload("second"));
        send(far, udp().from(FAR, 5353).to(GATEWAY_A, 4000).payload("first"));
        assertThat(nodeA.host().drain())
                .containsExactly(
                        "10.96.0.10:53 > 192.0.2.8:4000 udp \"second\"",
                        "10.96.0.10:53 > 192.0.2.7:4000 udp \"first\"");
    }

    @Test
    void aPodReachesItselfThroughItsService() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, CLIENT + ":8080");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        List<DecodedPacket> atServer = client.drainPackets();
        assertThat(atServer)
                .extracting(DecodedPacket::toString)
                .containsExactly("10.32.0.1:4000 > 10.32.0.2:8080 tcp [S]");
        assertThat(atServer.get(0).sourceMac())
                .as("so that it answers to the gateway")
                .isEqualTo(macOf(GATEWAY_A));

        send(client, tcp().from(CLIENT, 8080).to(GATEWAY_A, 4000).synAck());
        assertThat(client.drain()).containsExactly("10.96.0.10:80 > 10.32.0.2:4000 tcp [S.]");
    }

    @Test
    void twoServicesWithTheSameBackendAreKeptApartWhereTheClientsPortsCollide() {
        cluster.service("default/one", IpProtocol.TCP, "10.96.0.11", 80, FAR + ":8080");
        cluster.service("default/two", IpProtocol.TCP, "10.96.0.12", 80, FAR + ":8080");

        send(client, tcp().from(CLIENT, 4000).to("10.96.0.11", 80).syn());
        send(client, tcp().from(CLIENT, 4000).to("10.96.0.12", 80).syn());
        assertThat(far.drain()).first().isEqualTo("10.32.0.2:4000 > 10.32.1.2:8080 tcp [S]");
        int moved = nodeA.worker().connections().stream()
                .filter(flow -> flow.service().toString().equals("10.96.0.12"))
                .findFirst()
                .orElseThrow()
                .sourcePort();
        assertThat(moved).isNotEqualTo(4000);

        send(far, tcp().from(FAR, 8080).to(CLIENT, moved).synAck());
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck());
        assertThat(client.drain())
                .containsExactly("10.96.0.12:80 > 10.32.0.2:4000 tcp [S.]", "10.96.0.11:80 > 10.32.0.2:4000 tcp [S.]");
    }

    @Test
    void theSamePortNumberOfTcpUdpAndSctpIsThreeServices() {
        cluster.service("default/dns:tcp", IpProtocol.TCP, VIP, 53, NEAR + ":1");
        cluster.service("default/dns:udp", IpProtocol.UDP, VIP, 53, NEAR + ":2");
        cluster.service("default/dns:sctp", IpProtocol.SCTP, VIP, 53, NEAR + ":3");

        send(
                client,
                tcp().from(CLIENT, 4000).to(VIP, 53).syn(),
                udp().from(CLIENT, 4000).to(VIP, 53),
                sctp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(near.drain())
                .containsExactly(
                        "10.32.0.2:4000 > 10.32.0.3:1 tcp [S]",
                        "10.32.0.2:4000 > 10.32.0.3:2 udp",
                        "10.32.0.2:4000 > 10.32.0.3:3 sctp");
    }

    @Test
    void sctpIsTranslatedBothWaysWithItsOwnChecksum() {
        cluster.service("default/signalling", IpProtocol.SCTP, VIP, 2905, FAR + ":12905");

        send(client, sctp().from(CLIENT, 4000).to(VIP, 2905).payload(chunk()));
        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:12905 sctp");

        send(far, sctp().from(FAR, 12905).to(CLIENT, 4000).payload(chunk()));
        assertThat(client.drain()).containsExactly("10.96.0.10:2905 > 10.32.0.2:4000 sctp");
    }

    @Test
    void aDamagedPacketStaysDamagedWhateverIsRewritten() {
        cluster.service("default/tcp", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        cluster.service("default/udp", IpProtocol.UDP, VIP, 80, NEAR + ":8080");
        cluster.service("default/sctp", IpProtocol.SCTP, VIP, 80, NEAR + ":8080");

        RawFrame brokenTcp = flipLastByte(
                tcp().from(CLIENT, 4000).to(VIP, 80).ack().payload("abcd").build());
        RawFrame brokenUdp = flipLastByte(
                udp().from(CLIENT, 4000).to(VIP, 80).payload("abcd").build());
        RawFrame brokenSctp = flipLastByte(
                sctp().from(CLIENT, 4000).to(VIP, 80).payload(chunk()).build());
        send(client, brokenTcp, brokenUdp, brokenSctp);

        assertThat(near.drainFrames())
                .hasSize(3)
                .allSatisfy(frame -> assertThat(catchThrowable(() -> DecodedPacket.of(frame)))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("checksum"));
    }

    @Test
    void aPartialChecksumStaysPartialAndRight() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().payload("GET /").partialChecksum());
        send(client, udp().from(CLIENT, 4000).to(VIP, 53).payload("question").partialChecksum());
        List<RawFrame> asked = near.drainFrames();
        assertThat(asked).extracting(RawFrame::hasPartialChecksum).containsExactly(true, true);
        assertThat(asked)
                .extracting(frame -> DecodedPacket.of(frame).toString())
                .containsExactly(
                        "10.32.0.2:4000 > 10.32.0.3:8080 tcp [.] \"GET /\"",
                        "10.32.0.2:4000 > 10.32.0.3:5353 udp \"question\"");

        send(near, tcp().from(NEAR, 8080).to(CLIENT, 4000).ack().payload("200").partialChecksum());
        send(near, udp().from(NEAR, 5353).to(CLIENT, 4000).payload("answer").partialChecksum());
        assertThat(client.drain())
                .containsExactly(
                        "10.96.0.10:80 > 10.32.0.2:4000 tcp [.] \"200\"",
                        "10.96.0.10:53 > 10.32.0.2:4000 udp \"answer\"");
    }

    @Test
    void aPartialChecksumSurvivesAMasqueradeOfAddressesAndPorts() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, CLIENT + ":8080");
        send(
                nodeA.host(),
                tcp().from("192.0.2.7", 4000)
                        .fromMac(macOf(GATEWAY_A))
                        .to(VIP, 80)
                        .syn()
                        .partialChecksum());
        client.drain();

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn().partialChecksum());

        String moved = nodeA.worker().connections().stream()
                .filter(flow -> flow.client().toString().equals(CLIENT))
                .map(flow -> "10.32.0.1:" + flow.sourcePort() + " > 10.32.0.2:8080 tcp [S]")
                .findFirst()
                .orElseThrow();
        assertThat(client.drain()).containsExactly(moved).doesNotContain("10.32.0.1:4000 > 10.32.0.2:8080 tcp [S]");
    }

    @Test
    void aSuperFrameIsTranslatedWhole() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        RawFrame sent = tcp().from(CLIENT, 4000)
                .to(VIP, 80)
                .ack()
                .payload(new byte[60_000])
                .partialChecksum()
                .build();

        send(client, sent.withSegments(VirtioNetHeader.GSO_TCPV4, 1448));

        RawFrame expected = tcp().from(CLIENT, 4000)
                .to(NEAR, 8080)
                .ack()
                .payload(new byte[60_000])
                .partialChecksum()
                .build();
        assertThat(near.drainFrames()).containsExactly(expected.withSegments(VirtioNetHeader.GSO_TCPV4, 1448));
    }

    @Test
    void aLeftOutUdpChecksumStaysLeftOut() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");

        send(client, udp().from(CLIENT, 4000).to(VIP, 53).payload("question").withoutChecksum());

        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:5353 udp no checksum \"question\"");
    }

    @Test
    void noUdpChecksumIsEverTurnedIntoNone() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");

        for (int high = 0; high < 256; high++) {
            for (int low = 0; low < 256; low += 16) {
                client.send(udp().from(CLIENT, 4000).to(VIP, 53).payload(new byte[] {(byte) high, (byte) low}));
            }
            cluster.settle();
            assertThat(near.drain()).hasSize(16).noneMatch(packet -> packet.contains("no checksum"));
        }
    }

    @Test
    void ipOptionsStayInPlace() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");

        send(client, udp().from(CLIENT, 4000).to(VIP, 53).payload("question").options(new byte[] {1, 1, 1, 0}));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:5353 udp \"question\"");
    }

    @Test
    void everyBackendGetsFlowsAndAFlowKeepsItsBackend() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353", FAR + ":5353", CLIENT + ":5353");

        Set<String> chosen = new HashSet<>();
        for (int port = 4000; port < 4040; port++) {
            send(client, udp().from(CLIENT, port).to(VIP, 53));
            send(client, udp().from(CLIENT, port).to(VIP, 53));
            List<String> atNear = near.drain();
            List<String> atFar = far.drain();
            List<String> atClient = client.drain();
            assertThat(atNear.size() % 2 + atFar.size() % 2 + atClient.size() % 2)
                    .as("both at one")
                    .isZero();
            chosen.addAll(atNear.isEmpty() ? atFar.isEmpty() ? Set.of("client") : Set.of("far") : Set.of("near"));
        }
        assertThat(chosen).containsExactlyInAnyOrder("near", "far", "client");
    }

    @Test
    void theFirstPacketOfEachFlowCountsForTheRulesListing() {
        VirtualService service = cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");

        send(
                client,
                udp().from(CLIENT, 4000).to(VIP, 53),
                udp().from(CLIENT, 4000).to(VIP, 53));
        send(client, udp().from(CLIENT, 4001).to(VIP, 53));
        send(near, udp().from(NEAR, 4001).to(VIP, 53));

        assertThat(service.counters().packets(0)).isEqualTo(3);
        assertThat(service.counters().bytes(0)).isEqualTo(3 * 28);
        assertThat(service.counters().hairpinPackets(0)).isEqualTo(1);
    }

    @Test
    void aFlowCountsItsPacketsAndBytesInBothDirections() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");

        send(client, udp().from(CLIENT, 4000).to(VIP, 53).payload("12"));
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000).payload("3456"));

        assertThat(nodeA.flow().packets()).isEqualTo(2);
        assertThat(nodeA.flow().bytes()).isEqualTo(30 + 32);
    }

    @Test
    void anEndpointThatIsNoPodIsReachedByTheHost() {
        cluster.service("default/outside", IpProtocol.UDP, VIP, 53, "192.0.2.53:53");

        send(client, udp().from(CLIENT, 4000).to(VIP, 53).payload("question"));
        assertThat(nodeA.host().drain()).containsExactly("10.32.0.2:4000 > 192.0.2.53:53 udp \"question\"");

        send(
                nodeA.host(),
                udp().from("192.0.2.53", 53)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT, 4000)
                        .payload("answer"));
        assertThat(client.drain()).containsExactly("10.96.0.10:53 > 10.32.0.2:4000 udp \"answer\"");
    }

    @Test
    void trafficPastTheServiceIsLeftAlone() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");

        send(client, tcp().from(CLIENT, 4000).to(FAR, 8080).syn());
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck());

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [S]");
        assertThat(client.drain()).containsExactly("10.32.1.2:8080 > 10.32.0.2:4000 tcp [S.]");
    }

    @Test
    void aServiceIsNoStationToPing() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");

        send(client, ping(1).from(CLIENT).to(VIP));

        assertThat(nodeA.drops()).containsExactly("untranslatable 1");
    }

    private static byte[] chunk() {
        return new byte[] {3, 0, 0, 16, 0, 0, 0, 1, 0, 0, 5, (byte) 220, 0, 0, 0, 0};
    }

    private static RawFrame flipLastByte(RawFrame frame) {
        int last = frame.length() - 1;
        return frame.with(last, frame.bytes()[last] ^ 0x55);
    }
}
