package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.conntrack.FlowTimeouts;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import io.osier.dataplane.worker.WorkerConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Flows begin, end, and lose their backends, and nothing stale is left. */
class FlowLifecycleTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";

    @Test
    void udpFlowsPickAnotherBackendAtOnceWhenTheirsIsRemoved() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        far.drain();

        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
        assertThat(nodeA.flows()).as("gone from the list in the same step").isEmpty();
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:5353 udp");
        assertThat(far.drainFrames()).isEmpty();
    }

    @Test
    void udpFlowsOfADeletedServiceEndWithIt() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        far.drain();

        cluster.removeService("default/dns");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("no-service 1");
    }

    @Test
    void udpFlowsToABackendThatStaysAreNotDisturbed() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353", FAR + ":5353");
        for (int i = 0; i < 20; i++) {
            send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        }

        assertThat(far.drain()).hasSize(21);
    }

    @Test
    void tcpConnectionsToARemovedBackendDrain() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        open(client, far, 4000);

        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().payload("still here"));
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).ack().payload("me too"));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [.] \"still here\"");
        assertThat(client.drain()).containsExactly("10.96.0.10:80 > 10.32.0.2:4000 tcp [.] \"me too\"");
        assertThat(nodeA.flows()).containsExactly("10.32.0.2:4000 10.96.0.10:80 10.32.1.2:8080 ESTABLISHED");
    }

    @Test
    void tcpConnectionsOfADeletedServiceDrainToo() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        open(client, far, 4000);

        cluster.removeService("default/web");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().payload("still here"));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [.] \"still here\"");
    }

    @Test
    void aSynThatIsRepeatedToARemovedBackendGoesToAnother() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        far.drain();

        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:8080 tcp [S]");
        assertThat(far.drainFrames()).isEmpty();
    }

    @Test
    void aNewSynFromThePortOfADrainingConnectionGoesToAnother() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        open(client, far, 4000);

        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:8080 tcp [S]");
    }

    @Test
    void aConnectionIsOverWhenBothSidesHaveFinished() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        open(client, far, 4000);

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).fin());
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.CLOSE_WAIT);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).fin());
        assertThat(nodeA.flow().state()).as("the same side once more").isEqualTo(ConnectionState.CLOSE_WAIT);
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).fin());
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.TIME_WAIT);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack());
        assertThat(nodeA.flow().state()).as("the last acknowledgment").isEqualTo(ConnectionState.TIME_WAIT);
    }

    @Test
    void aSynOnAnEndedFlowPicksAnew() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080", NEAR + ":8080");
        boolean sawBoth = false;
        for (int i = 0; i < 20; i++) {
            far.drain();
            near.drain();
            send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
            boolean atFar = !far.drain().isEmpty();
            sawBoth |= atFar == near.drain().isEmpty() && !atFar;
            MemoryPort server = atFar ? far : near;
            String address = atFar ? FAR : NEAR;
            send(server, tcp().from(address, 8080).to(CLIENT, 4000).synAck());
            send(server, tcp().from(address, 8080).to(CLIENT, 4000).rst());
            assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.CLOSED);
        }
        assertThat(sawBoth).as("twenty times the same backend of two").isTrue();
        assertThat(nodeA.flow().packets()).as("a new flow, not the old one").isEqualTo(3);
    }

    @Test
    void aDataPacketOfAConnectionThatNobodyRemembersIsTakenUp() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().payload("after a restart"));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [.] \"after a restart\"");
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.ESTABLISHED);
    }

    @Test
    void silentFlowsExpireEachInItsTime() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 5000).to(VIP, 53));
        send(client, udp().from(CLIENT, 5001).to(VIP, 53));
        send(far, udp().from(FAR, 5353).to(CLIENT, 5001));
        send(client, tcp().from(CLIENT, 5002).to(VIP, 80).syn());
        open(client, far, 5003);

        cluster.advance(Duration.ofSeconds(119));
        assertThat(nodeA.flows()).hasSize(4);
        cluster.advance(Duration.ofSeconds(1));
        assertThat(nodeA.flows()).as("an unanswered datagram").hasSize(3).noneMatch(flow -> flow.contains(":5000 "));
        cluster.advance(Duration.ofMinutes(2));
        assertThat(nodeA.flows()).as("an unanswered SYN").hasSize(2).noneMatch(flow -> flow.contains(":5002 "));
        cluster.advance(Duration.ofMinutes(1));
        assertThat(nodeA.flows())
                .as("an answered datagram")
                .containsExactly("10.32.0.2:5003 10.96.0.10:80 10.32.1.2:8080 ESTABLISHED");
        cluster.advance(Duration.ofHours(3));
        assertThat(nodeA.flows()).as("RFC 5382: 2 hours and 4 minutes at least").hasSize(1);
    }

    @Test
    void trafficKeepsAFlowAlive() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353", NEAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        String first = nodeA.flows().get(0);

        for (int i = 0; i < 20; i++) {
            cluster.advance(Duration.ofSeconds(119));
            send(client, udp().from(CLIENT, 4000).to(VIP, 53));
            assertThat(nodeA.flows()).containsExactly(first);
        }
    }

    @Test
    void timeoutsCanBeChangedAndHoldFromAFlowsNextPacketOn() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        nodeA.worker().setFlowTimeouts(new FlowTimeouts(7_440, 240, 10, 20));

        assertThat(nodeA.flow().expiresInNanos())
                .isEqualTo(Duration.ofMinutes(2).toNanos());
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        assertThat(nodeA.flow().expiresInNanos())
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        send(far, udp().from(FAR, 5353).to(CLIENT, 4000));
        assertThat(nodeA.flow().expiresInNanos())
                .isEqualTo(Duration.ofSeconds(20).toNanos());
    }

    @Test
    void aFlowThatHasExpiredIsOverEvenBeforeItIsSweptAway() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        cluster.clock().advance(Duration.ofMinutes(2));
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(nodeA.flow().packets()).isEqualTo(1);
    }

    @Test
    void aClientHasHalfOfTheTableAndKeepsWhatWasAnswered() {
        try (SmallNode small = new SmallNode(4)) {
            small.cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
            for (int port = 4000; port < 4002; port++) {
                connect(small, port);
            }
            small.send(small.pod, tcp().from(CLIENT, 4002).to(VIP, 80).syn());

            assertThat(small.node.drops()).containsExactly("flow-share-exhausted 1");
            assertThat(small.server.drain()).hasSize(2);
            small.send(
                    small.node.host(), tcp().from(GATEWAY_A, 4000).to(VIP, 80).syn());
            assertThat(small.server.drain())
                    .as("another client has a share of its own")
                    .hasSize(1);
            assertThat(small.node.flows()).hasSize(3);
        }
    }

    @Test
    void whoHasItsShareGivesUpWhatIsOver() {
        try (SmallNode small = new SmallNode(8)) {
            small.cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
            for (int port = 3999; port < 4500; port++) {
                connect(small, port);
                if (port > 3999) {
                    small.send(small.pod, tcp().from(CLIENT, port).to(VIP, 80).fin());
                    small.send(
                            small.server,
                            tcp().from(NEAR, 8080).to(CLIENT, port).fin());
                }
            }

            assertThat(small.node.drops())
                    .as("501 connections, one after the other")
                    .isEmpty();
            assertThat(small.node.flows())
                    .as("the one that goes on, and the youngest three of those that are over")
                    .hasSize(4)
                    .anyMatch(flow -> flow.contains(":3999 ") && flow.endsWith("ESTABLISHED"))
                    .anyMatch(flow -> flow.contains(":4497 ") && flow.endsWith("TIME_WAIT"))
                    .anyMatch(flow -> flow.contains(":4498 ") && flow.endsWith("TIME_WAIT"))
                    .anyMatch(flow -> flow.contains(":4499 ") && flow.endsWith("TIME_WAIT"));
            assertThat(small.node.worker().tables().evictedFlows())
                    .as("nothing that was under way was given up")
                    .isZero();
        }
    }

    @Test
    void theLastPacketOfAFlowThatWasGivenUpTakesNoPlaceForGood() {
        try (SmallNode small = new SmallNode(4)) {
            small.cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
            for (int port = 4000; port < 4100; port++) {
                connect(small, port);
                small.send(small.pod, tcp().from(CLIENT, port).to(VIP, 80).fin());
                small.server.send(tcp().from(NEAR, 8080).to(CLIENT, port).fin());
                small.pod.send(tcp().from(CLIENT, port - 2).to(VIP, 80).ack()); // which has been given up
                small.cluster.settle();
            }

            assertThat(small.node.drops()).isEmpty();
        }
    }

    @Test
    void aFloodTakesThePlaceOfItsOwnFlowsOnly() {
        try (SmallNode small = new SmallNode(8)) {
            small.cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
            small.send(small.pod, tcp().from(CLIENT, 3999).to(VIP, 80).syn());
            small.server.send(tcp().from(NEAR, 8080).to(CLIENT, 3999).synAck());
            small.send(
                    small.node.host(), tcp().from(GATEWAY_A, 5000).to(VIP, 80).syn());
            for (int port = 4000; port < 4500; port++) {
                small.send(small.pod, tcp().from(CLIENT, port).to(VIP, 80).syn());
            }

            assertThat(small.server.drain())
                    .as("each SYN of the flood is a new flow's first")
                    .hasSize(502);
            assertThat(small.node.drops()).isEmpty();
            assertThat(small.node.flows())
                    .hasSize(5)
                    .anyMatch(flow -> flow.contains(":3999 ") && flow.endsWith("ESTABLISHED"))
                    .anyMatch(flow -> flow.contains("10.32.0.1:5000 "))
                    .anyMatch(flow -> flow.contains(":4499 "));
            assertThat(small.node.worker().tables().evictedFlows()).isEqualTo(497);
        }
    }

    @Test
    void inAFullTableWhoHasMostGivesUpOneThatIsNotAnswered() {
        try (SmallNode small = new SmallNode(4)) {
            small.cluster.service("default/web", IpProtocol.TCP, VIP, 80, "10.32.0.99:8080");
            for (int port = 4000; port < 4002; port++) {
                small.pod.send(tcp().from(CLIENT, port).to(VIP, 80).syn());
                small.send(small.server, tcp().from(NEAR, port).to(VIP, 80).syn());
            }
            small.send(
                    small.node.host(), tcp().from(GATEWAY_A, 5000).to(VIP, 80).syn());

            assertThat(small.node.flows()).hasSize(4).anyMatch(flow -> flow.contains("10.32.0.1:5000 "));
            assertThat(small.node.drops()).allMatch(drop -> drop.startsWith("no-such-pod"));
        }
    }

    @Test
    void whenEveryMasqueradePortTriedIsTakenTheFlowIsRefused() {
        try (SimulatedCluster crowded = new SimulatedCluster(1)) {
            SimulatedNode node = crowded.node("node-a", "10.32.0.0/24", new WorkerConfig(1, 131_072, 64, 16));
            MemoryPort server = node.pod(NEAR);
            crowded.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":5353");
            for (int port = 0; port < 65_536; port++) {
                node.host()
                        .send(udp().from("192.0.2.7", port)
                                .fromMac(macOf(GATEWAY_A))
                                .to(VIP, 53));
            }
            crowded.settle();
            assertThat(server.drainFrames()).hasSize(65_536);

            node.host()
                    .send(udp().from("192.0.2.8", 4000)
                            .fromMac(macOf(GATEWAY_A))
                            .to(VIP, 53));
            crowded.settle();

            assertThat(server.drainFrames()).isEmpty();
            assertThat(node.drops()).containsExactly("masquerade-ports-exhausted 1");
            assertThat(node.worker().connections()).hasSize(65_536);
        }
    }

    private static void connect(SmallNode small, int port) {
        small.send(small.pod, tcp().from(CLIENT, port).to(VIP, 80).syn());
        small.send(small.server, tcp().from(NEAR, 8080).to(CLIENT, port).synAck());
    }

    private void open(MemoryPort from, MemoryPort server, int port) {
        send(from, tcp().from(CLIENT, port).to(VIP, 80).syn());
        send(server, tcp().from(FAR, 8080).to(CLIENT, port).synAck());
        send(from, tcp().from(CLIENT, port).to(VIP, 80).ack());
        server.drain();
        from.drain();
    }
}
