package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.ethernet;
import static io.osier.dataplane.simulation.PacketBuilder.ip;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.pong;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.simulation.ForeignNode;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import io.osier.dataplane.simulation.SimulatedUnderlay.Datagram;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames go to the port behind which their station is, on this node or another. */
class SwitchingTest extends TwoNodeScenario {
    private static final long STATION = 0x02_00_00_00_00_05L;

    @Test
    void aPingOnOneNodeStaysThere() {
        send(client, ping(1).from(CLIENT).to(NEAR));
        send(near, pong(1).from(NEAR).to(CLIENT));

        assertThat(near.drain()).containsExactly("10.32.0.2 > 10.32.0.3 icmp 8/0 seq 1");
        assertThat(client.drain()).containsExactly("10.32.0.3 > 10.32.0.2 icmp 0/0 seq 1");
        assertThat(cluster.underlay().drainSent()).isEmpty();
        assertThat(far.drainFrames()).isEmpty();
    }

    @Test
    void aPingAcrossNodesArrivesUnchangedWithItsTimeToLive() {
        RawFrame sent = ping(1).from(CLIENT).to(FAR).ttl(64).build();

        send(client, sent);
        assertThat(far.drainFrames()).containsExactly(sent);

        send(far, pong(1).from(FAR).to(CLIENT));
        assertThat(client.drain()).containsExactly("10.32.1.2 > 10.32.0.2 icmp 0/0 seq 1");
    }

    @Test
    void aTunnelPacketIsVxlanByTheRfc() {
        RawFrame sent = ping(1).from(CLIENT).to(FAR).build();

        send(client, sent);

        List<Datagram> datagrams = cluster.underlay().drainSent();
        assertThat(datagrams).hasSize(1);
        assertThat(datagrams.get(0).from()).isEqualTo(nodeA.underlayAddress());
        assertThat(datagrams.get(0).to()).isEqualTo(nodeB.underlayAddress());
        assertThat(datagrams.get(0).payload().bytes()).isEqualTo(vxlan(1, sent));
    }

    @Test
    void theHostReachesEveryPodAndEveryPodTheHost() {
        send(
                nodeA.host(),
                ping(1).from(GATEWAY_A).to(NEAR),
                ping(2).from(GATEWAY_A).to(FAR));
        assertThat(near.drain()).containsExactly("10.32.0.1 > 10.32.0.3 icmp 8/0 seq 1");
        assertThat(far.drain()).containsExactly("10.32.0.1 > 10.32.1.2 icmp 8/0 seq 2");

        send(far, pong(2).from(FAR).to(GATEWAY_A), ping(3).from(FAR).to(GATEWAY_B));
        assertThat(nodeA.host().drain()).containsExactly("10.32.1.2 > 10.32.0.1 icmp 0/0 seq 2");
        assertThat(nodeB.host().drain()).containsExactly("10.32.1.2 > 10.32.1.1 icmp 8/0 seq 3");
    }

    @Test
    void whatGoesOutsideGoesToTheHostAndItsAnswersComeBack() {
        send(client, udp().from(CLIENT, 4000).to("192.0.2.1", 53).via(GATEWAY_A));
        assertThat(nodeA.host().drain()).containsExactly("10.32.0.2:4000 > 192.0.2.1:53 udp");

        send(nodeA.host(), udp().from("192.0.2.1", 53).to(CLIENT, 4000).fromMac(macOf(GATEWAY_A)));
        assertThat(client.drain()).containsExactly("192.0.2.1:53 > 10.32.0.2:4000 udp");
    }

    @Test
    void aPodOutsideItsNodesSubnetIsFoundByAnEntryOfItsOwn() {
        MemoryPort stray = cluster.strayPod(nodeB, "10.32.0.77");

        send(client, ping(1).from(CLIENT).to("10.32.0.77"));
        assertThat(stray.drain()).containsExactly("10.32.0.2 > 10.32.0.77 icmp 8/0 seq 1");

        send(stray, pong(1).from("10.32.0.77").to(CLIENT));
        assertThat(client.drain()).containsExactly("10.32.0.77 > 10.32.0.2 icmp 0/0 seq 1");
    }

    @Test
    void aSuperFrameKeepsTheWorkThatItsSenderLeftToOthers() {
        RawFrame sent = tcp().from(CLIENT, 4000)
                .to(NEAR, 80)
                .ack()
                .payload(new byte[60_000])
                .partialChecksum()
                .build()
                .withSegments(VirtioNetHeader.GSO_TCPV4, 1448);

        send(client, sent);

        assertThat(near.drainFrames()).containsExactly(sent);
    }

    @Test
    void aPodThatIsNotThereIsCountedOnItsNode() {
        send(client, ping(1).from(CLIENT).to("10.32.0.99"));
        send(client, ping(1).from(CLIENT).to("10.32.1.99"));

        assertThat(nodeA.drops()).containsExactly("no-such-pod 1");
        assertThat(nodeB.drops()).containsExactly("no-such-pod 1");
    }

    @Test
    void aBridgeSendsNothingBackByTheWayItCame() {
        send(client, ping(1).from(CLIENT).to(CLIENT));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("same-port 1");
    }

    @Test
    void aBroadcastReachesEveryPodAndHostOfEveryNodeOnce() {
        SimulatedNode nodeC = cluster.node("node-c", "10.32.2.0/24");
        MemoryPort third = nodeC.pod("10.32.2.2");

        send(client, broadcast());

        assertThat(client.drainFrames()).isEmpty();
        for (MemoryPort port : List.of(near, far, third, nodeA.host(), nodeB.host(), nodeC.host())) {
            assertThat(port.drain()).as(port.id().name()).hasSize(1);
        }
        assertThat(nodeA.worker().counters().balance().replicated()).isEqualTo(3);
    }

    @Test
    void aBroadcastFromATunnelIsNotReplicatedToTheOthers() {
        SimulatedNode nodeC = cluster.node("node-c", "10.32.2.0/24");

        send(client, broadcast());

        assertThat(cluster.underlay().drainSent())
                .hasSize(2)
                .allSatisfy(datagram -> assertThat(datagram.from()).isEqualTo(nodeA.underlayAddress()));
        assertThat(nodeC.host().drain()).hasSize(1);
    }

    @Test
    void multicastIsReplicatedLikeBroadcast() {
        send(
                client,
                udp().from(CLIENT, 5353)
                        .to("224.0.0.251", 5353)
                        .toMac(0x0100_5e00_00fbL)
                        .ttl(255));

        assertThat(near.drain()).containsExactly("10.32.0.2:5353 > 224.0.0.251:5353 udp ttl 255");
        assertThat(far.drain()).containsExactly("10.32.0.2:5353 > 224.0.0.251:5353 udp ttl 255");
    }

    @Test
    void whatBridgesKeepToOneLinkStaysThere() {
        send(client, ethernet(macOf(CLIENT), 0x0180_c200_0000L, 0x88cc, new byte[50]));

        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("link-constrained 1");
    }

    @Test
    void aBroadcastThatNobodyHearsIsCounted() {
        try (SimulatedCluster other = new SimulatedCluster(1)) {
            SimulatedNode lonely = other.node("alone", "10.32.0.0/24");

            lonely.host().send(broadcast().from(GATEWAY_A).fromMac(macOf(GATEWAY_A)));
            other.settle();

            assertThat(lonely.drops()).containsExactly("no-receiver 1");
        }
    }

    @Test
    void onePacketOutOfATunnelNeverGoesIntoAnother() {
        cluster.node("node-c", "10.32.2.0/24");

        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(1, ping(1).from(FAR).to("10.32.2.2").build()));
        cluster.settle();

        assertThat(nodeA.drops()).containsExactly("tunnel-to-tunnel 1");
    }

    @Test
    void aForeignStationIsLearnedFromItsFramesAndForgottenWhenSilent() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");
        PacketBuilder request = ping(1).from(CLIENT).to("10.32.9.5").toMac(STATION);

        send(client, request);
        assertThat(foreign.drain()).as("unknown: flooded").hasSize(1);
        assertThat(near.drainFrames()).as("unknown: flooded").hasSize(1);
        assertThat(far.drainFrames()).as("unknown: flooded").hasSize(1);

        foreign.send(
                nodeA, pong(1).from("10.32.9.5").fromMac(STATION).to(CLIENT).build());
        cluster.settle();
        assertThat(client.drain()).containsExactly("10.32.9.5 > 10.32.0.2 icmp 0/0 seq 1");

        send(client, request);
        assertThat(foreign.drain()).as("learned").containsExactly("10.32.0.2 > 10.32.9.5 icmp 8/0 seq 1");
        assertThat(near.drainFrames()).as("learned").isEmpty();

        cluster.advance(Duration.ofSeconds(301));
        send(client, request);
        assertThat(near.drainFrames()).as("aged: flooded again").hasSize(1);
    }

    @Test
    void aStationThatMovesIsFollowed() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");
        foreign.send(nodeA, broadcastFrom(STATION));
        cluster.settle();
        send(near, broadcastFrom(STATION));
        client.drainFrames();
        near.drainFrames();
        foreign.drainFrames();

        send(client, ethernet(macOf(CLIENT), STATION, 0x88b5, new byte[50]));

        assertThat(near.drainFrames()).hasSize(1);
        assertThat(foreign.drainFrames()).isEmpty();
    }

    @Test
    void anotherProtocolIsSwitchedByItsAddressesAlone() {
        RawFrame experimental = ethernet(macOf(CLIENT), macOf(FAR), 0x88b5, new byte[] {1, 2, 3});
        RawFrame gre = ip(47).from(CLIENT).to(FAR).payload("tunnelled").build();

        send(client, experimental, gre);

        assertThat(far.drainFrames()).containsExactly(experimental, gre);
    }

    @Test
    void whatAPodsInterfaceRefusesIsCounted() {
        near.failWith(DropReason.PORT_FULL);

        send(client, ping(1).from(CLIENT).to(NEAR), broadcast());

        assertThat(nodeA.drops()).containsExactly("port-full 2");
        assertThat(far.drain()).as("one refusal does not stop a broadcast").hasSize(1);
    }

    @Test
    void whatTheUnderlayRefusesIsCountedAtOnceOrWhenFlushed() {
        nodeA.socket().failWith(DropReason.UNDERLAY_UNREACHABLE);
        send(client, ping(1).from(CLIENT).to(FAR));
        nodeA.socket().failWith(null);
        nodeA.socket().failOnFlush(DropReason.UNDERLAY_FULL, nodeA.counters().drops());
        send(client, ping(2).from(CLIENT).to(FAR));

        assertThat(nodeA.drops()).containsExactly("underlay-full 1", "underlay-unreachable 1");
    }

    @Test
    void aPodThatIsGoneLeavesTheAccountBalanced() {
        send(near, ping(1).from(NEAR).to(CLIENT));
        nodeA.remove(near);

        send(client, ping(1).from(CLIENT).to(NEAR));

        assertThat(nodeA.drops()).containsExactly("no-such-pod 1");
    }

    @Test
    void aNodeThatIsGoneLeavesTheAccountBalanced() {
        send(client, ping(1).from(CLIENT).to(FAR));
        cluster.forget(nodeB);

        send(client, ping(2).from(CLIENT).to(FAR));

        assertThat(nodeA.drops()).containsExactly("no-such-pod 1");
    }

    @Test
    void aStrangersTunnelPacketIsDropped() {
        cluster.forget(nodeB);

        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(1, ping(1).from(FAR).to(CLIENT).build()));
        cluster.settle();

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("unknown-tunnel-peer 1");
    }

    @Test
    void aFullBatchAndMoreIsForwardedInOrder() {
        for (int i = 0; i < 200; i++) {
            client.send(ping(i).from(CLIENT).to(i % 2 == 0 ? NEAR : FAR));
        }
        cluster.settle();

        assertThat(near.drain())
                .hasSize(100)
                .startsWith("10.32.0.2 > 10.32.0.3 icmp 8/0 seq 0")
                .endsWith("10.32.0.2 > 10.32.0.3 icmp 8/0 seq 198");
        assertThat(far.drain())
                .hasSize(100)
                .startsWith("10.32.0.2 > 10.32.1.2 icmp 8/0 seq 1")
                .endsWith("10.32.0.2 > 10.32.1.2 icmp 8/0 seq 199");
    }

    private static PacketBuilder broadcast() {
        return udp().from(CLIENT, 68).to("255.255.255.255", 67).toMac(MacAddress.BROADCAST);
    }

    private static RawFrame broadcastFrom(long mac) {
        return ethernet(mac, MacAddress.BROADCAST, 0x88b5, new byte[50]);
    }
}
