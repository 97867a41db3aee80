package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.RawFrame;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a backend still sends after its service has lost it reaches nobody, least of all under another name. */
class StaleFlowTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";
    private static final String OTHER_VIP = "10.96.0.11";

    @Test
    void anAnswerFromARemovedUdpBackendIsStale() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000), udp().from(FAR, 5353).to(CLIENT, 4000));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("stale-flow 2");
    }

    @Test
    void aLateAnswerIsStaleWhenTheClientHasAnotherBackendAlready() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        RawFrame question = far.drainFrames().get(0);
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        send(far, udp().from(FAR, 5353).to(CLIENT, 4000).payload("late"));
        send(far, portUnreachable().from(FAR).to(CLIENT).quoting(question));
        send(near, udp().from(NEAR, 5353).to(CLIENT, 4000).payload("in time"));

        assertThat(client.drain()).containsExactly("10.96.0.10:53 > 10.32.0.2:4000 udp \"in time\"");
        assertThat(nodeA.drops()).containsExactly("stale-flow 2");
        assertThat(nodeA.flows()).hasSize(1);
    }

    @Test
    void aLateAnswerIsNotTakenForAnotherServicesThatHasTheBackendToo() {
        cluster.service("default/one", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        cluster.service("default/two", IpProtocol.UDP, OTHER_VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        cluster.service("default/one", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        send(client, udp().from(CLIENT, 4000).to(OTHER_VIP, 53));
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000).payload("for the first"));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("stale-flow 1");
    }

    @Test
    void aLateSynAckIsNotTakenForAnotherServicesEither() {
        cluster.service("default/one", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        cluster.service("default/two", IpProtocol.TCP, OTHER_VIP, 80, FAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        cluster.service("default/one", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        send(client, tcp().from(CLIENT, 4000).to(OTHER_VIP, 80).syn());
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck());

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("stale-flow 1");
    }

    @Test
    void aBackendThatComesBackSeesTheClientsPortAgain() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53);
        cluster.advance(Duration.ofSeconds(1));
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        far.drain();

        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000).payload("back"));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:5353 udp");
        assertThat(client.drain()).containsExactly("10.96.0.10:53 > 10.32.0.2:4000 udp \"back\"");
    }

    @Test
    void aFlowStaysStaleForAsLongAsAnAnswerMayTake() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        cluster.removeService("default/dns");
        cluster.advance(Duration.ofSeconds(119));
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000));
        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("stale-flow 1");

        cluster.advance(Duration.ofSeconds(2));
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000));
        assertThat(client.drain())
                .as("no longer a flow, so plain traffic")
                .containsExactly("10.32.1.2:5353 > 10.32.0.2:4000 udp");
    }

    @Test
    void staleFlowsMakeRoomInAFullTable() {
        try (SmallNode small = new SmallNode(2)) {
            for (int port = 1; port <= 5; port++) {
                small.cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":" + port);
                small.send(small.pod, udp().from(CLIENT, 4000).to(VIP, 53));
            }

            assertThat(small.server.drainFrames()).hasSize(5);
            assertThat(small.node.drops()).isEmpty();
        }
    }
}
