package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.worker.ConnectionSnapshot;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A client may use one port towards a backend and towards its service at once, and gets every answer from whom it asked. */
class DirectFlowTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";

    private void services() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
    }

    @Test
    void aDirectFlowKeepsItsPortAndSoDoesAServicesFlowFromAnother() {
        services();

        send(
                client,
                udp().from(CLIENT, 4000).to(FAR, 5353),
                udp().from(CLIENT, 4001).to(VIP, 53));
        assertThat(far.drain())
                .containsExactly("10.32.0.2:4000 > 10.32.1.2:5353 udp", "10.32.0.2:4001 > 10.32.1.2:5353 udp");
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000), udp().from(FAR, 5353).to(CLIENT, 4001));

        assertThat(client.drain())
                .containsExactly("10.32.1.2:5353 > 10.32.0.2:4000 udp", "10.96.0.10:53 > 10.32.0.2:4001 udp");
    }

    @Test
    void theDirectFlowMovesIfTheServicesWasFirst() {
        services();

        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        send(client, udp().from(CLIENT, 4000).to(FAR, 5353));

        assertThat(sourcePortTo(VIP)).isEqualTo(4000);
        assertThat(sourcePortTo(FAR)).isNotEqualTo(4000);
        assertThat(cluster.underlay().drainSent())
                .as("a frame from the client itself, whatever its port")
                .allMatch(sent -> DecodedPacket.of(sent.inner()).sourceMac() == macOf(CLIENT));
        assertEachAnswerComesFromWhomWasAsked();
    }

    @Test
    void theServicesFlowMovesIfTheDirectOneWasFirst() {
        services();

        send(client, udp().from(CLIENT, 4000).to(FAR, 5353));
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(sourcePortTo(FAR)).isEqualTo(4000);
        assertThat(sourcePortTo(VIP)).isNotEqualTo(4000);
        assertEachAnswerComesFromWhomWasAsked();
    }

    private void assertEachAnswerComesFromWhomWasAsked() {
        assertThat(far.drain())
                .containsExactlyInAnyOrder(
                        "10.32.0.2:" + sourcePortTo(VIP) + " > 10.32.1.2:5353 udp",
                        "10.32.0.2:" + sourcePortTo(FAR) + " > 10.32.1.2:5353 udp");
        send(far, udp().from(FAR, 5353).to(CLIENT, sourcePortTo(VIP)).payload("of the service"));
        send(far, udp().from(FAR, 5353).to(CLIENT, sourcePortTo(FAR)).payload("of the backend"));
        assertThat(client.drain())
                .containsExactly(
                        "10.96.0.10:53 > 10.32.0.2:4000 udp \"of the service\"",
                        "10.32.1.2:5353 > 10.32.0.2:4000 udp \"of the backend\"");
    }

    @Test
    void aConnectionOpenedBesideAServicesIsMovedAndOneInTheMiddleIsNot() {
        services();
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        far.drain();

        send(client, tcp().from(CLIENT, 4000).to(FAR, 8080).ack().payload("older"));
        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [.] \"older\"");

        send(client, tcp().from(CLIENT, 4000).to(FAR, 8080).syn());
        assertThat(far.drain()).containsExactly("10.32.0.2:" + sourcePortTo(FAR) + " > 10.32.1.2:8080 tcp [S]");
        send(far, tcp().from(FAR, 8080).to(CLIENT, sourcePortTo(FAR)).synAck());
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck());
        assertThat(client.drain())
                .containsExactly("10.32.1.2:8080 > 10.32.0.2:4000 tcp [S.]", "10.96.0.10:80 > 10.32.0.2:4000 tcp [S.]");
    }

    @Test
    void theHostsOwnFlowIsKeptApartFromThoseBehindItsAddress() {
        services();
        send(
                nodeA.host(),
                udp().from("192.0.2.7", 4000).fromMac(macOf(GATEWAY_A)).to(VIP, 53));
        send(nodeA.host(), udp().from(GATEWAY_A, 4000).to(FAR, 5353));

        send(far, udp().from(FAR, 5353).to(GATEWAY_A, sourcePortTo(FAR)).payload("to the host"));
        send(far, udp().from(FAR, 5353).to(GATEWAY_A, 4000).payload("to the outside"));

        assertThat(nodeA.host().drain())
                .containsExactly(
                        "10.32.1.2:5353 > 10.32.0.1:4000 udp \"to the host\"",
                        "10.96.0.10:53 > 192.0.2.7:4000 udp \"to the outside\"");
    }

    @Test
    void aDirectFlowSurvivesEveryPolicyAndTheLossOfTheBackend() {
        services();
        send(client, udp().from(CLIENT, 4000).to(FAR, 5353));
        int port = sourcePortTo(FAR);

        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
        cluster.advance(Duration.ofSeconds(2));
        send(client, udp().from(CLIENT, 4000).to(FAR, 5353));
        send(far, udp().from(FAR, 5353).to(CLIENT, port));

        assertThat(far.drain()).hasSize(2);
        assertThat(client.drain()).containsExactly("10.32.1.2:5353 > 10.32.0.2:4000 udp");
        assertThat(nodeA.drops()).isEmpty();
    }

    @Test
    void aFormerBackendIsReachedFromThePortOfAStaleFlow() {
        services();
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        cluster.removeService("default/dns");
        cluster.advance(Duration.ofSeconds(1));
        far.drain();

        send(client, udp().from(CLIENT, 4000).to(FAR, 5353));
        send(far, udp().from(FAR, 5353).to(CLIENT, sourcePortTo(FAR)));

        assertThat(client.drain()).containsExactly("10.32.1.2:5353 > 10.32.0.2:4000 udp");
        assertThat(nodeA.drops()).isEmpty();
    }

    @Test
    void anErrorAboutAMovedFlowIsToldInTheClientsTerms() {
        services();
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        RawFrame question =
                udp().from(CLIENT, 4000).to(FAR, 5353).payload("moved").build();
        far.drainFrames();
        send(client, question);
        RawFrame asked = far.drainFrames().get(0);

        send(far, portUnreachable().from(FAR).to(CLIENT).quoting(asked));

        assertThat(client.drainFrames())
                .containsExactly(
                        portUnreachable().from(FAR).to(CLIENT).quoting(question).build());
    }

    @Test
    void anSctpPacketInFragmentsPassesStraightToABackend() {
        cluster.service("default/sig", IpProtocol.SCTP, VIP, 2905, FAR + ":2905");
        send(client, sctp().from(CLIENT, 4000).to(FAR, 2905));
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.UNREPLIED);
        far.drainFrames();

        RawFrame[] fragments = sctp().from(CLIENT, 4000)
                .to(FAR, 2905)
                .payload(new byte[64])
                .fragments(40)
                .toArray(RawFrame[]::new);
        send(client, fragments);

        assertThat(far.drainFrames()).containsExactly(fragments);
    }

    @Test
    void onlyTheClientsNodeTracksAndOnlyWhatGoesToABackend() {
        services();

        send(client, udp().from(CLIENT, 4000).to(FAR, 5353));
        send(client, udp().from(CLIENT, 4000).to(FAR, 5354));
        send(client, tcp().from(CLIENT, 4000).to(FAR, 5353).syn());
        send(client, udp().from(CLIENT, 4000).to(NEAR, 5353));

        assertThat(nodeA.flows()).containsExactly("10.32.0.2:4000 10.32.1.2:5353 10.32.1.2:5353 UNREPLIED");
        assertThat(nodeB.flows()).isEmpty();
    }

    @Test
    void directTrafficPassesUntrackedWhereItsClientHasNoShareLeft() {
        try (SmallNode small = new SmallNode(2)) {
            small.cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
            small.send(small.pod, udp().from(CLIENT, 4000).to(NEAR, 5353));
            small.server.send(udp().from(NEAR, 5353).to(CLIENT, 4000)); // answered, so that it is not given up
            small.cluster.settle();
            for (int port = 4001; port < 4005; port++) {
                small.pod.send(udp().from(CLIENT, port).to(NEAR, 5353));
            }
            small.cluster.settle();

            assertThat(small.server.drain()).hasSize(5);
            assertThat(small.node.drops()).isEmpty();
            assertThat(small.node.flows()).containsExactly("10.32.0.2:4000 10.32.0.3:5353 10.32.0.3:5353 ASSURED");
        }
    }

    /** What the backend sees as the source port of the flow to this address. */
    private int sourcePortTo(String address) {
        return nodeA.worker().connections().stream()
                .filter(flow -> flow.service().toString().equals(address))
                .mapToInt(ConnectionSnapshot::sourcePort)
                .findFirst()
                .orElseThrow();
    }
}
