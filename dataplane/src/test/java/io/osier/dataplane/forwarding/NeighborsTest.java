package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.ArpBuilder.arpReply;
import static io.osier.dataplane.simulation.ArpBuilder.arpRequest;
import static io.osier.dataplane.simulation.PacketBuilder.icmpv6;
import static io.osier.dataplane.simulation.PacketBuilder.neighborSolicitation;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.ForeignNode;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ARP and neighbour discovery are answered on the spot. */
class NeighborsTest extends TwoNodeScenario {
    private static final String CLIENT_LINK_LOCAL = "fe80::858:aff:fe20:2";
    private static final String NEAR_LINK_LOCAL = "fe80::858:aff:fe20:3";
    private static final String FAR_LINK_LOCAL = "fe80::858:aff:fe20:102";

    @ParameterizedTest
    @CsvSource({
        "10.32.0.3, 0a:58:0a:20:00:03, a pod of the same node",
        "10.32.1.2, 0a:58:0a:20:01:02, a pod of the other node",
        "10.32.0.1, 0a:58:0a:20:00:01, the gateway",
        "10.32.1.1, 0a:58:0a:20:01:01, the other node's gateway",
        "10.96.0.10, 0a:58:0a:60:00:0a, a service"
    })
    void aPodIsToldTheAddressOf(String target, String mac, String what) {
        cluster.service("default/web", IpProtocol.TCP, "10.96.0.10", 80, FAR + ":8080");

        send(client, arpRequest().from(CLIENT).to(target));

        assertThat(client.drain()).as(what).containsExactly("arp " + target + " is-at " + mac);
        assertThat(near.drainFrames()).isEmpty();
        assertThat(cluster.underlay().drainSent()).as("questions do not travel").isEmpty();
    }

    @Test
    void theAnswerIsAddressedToTheAsker() {
        send(client, arpRequest().from(CLIENT).to(NEAR));

        RawFrame answer = client.drainFrames().get(0);
        assertThat(DecodedPacket.of(answer).destinationMac()).isEqualTo(macOf(CLIENT));
        assertThat(DecodedPacket.of(answer).sourceMac()).isEqualTo(macOf(NEAR));
        assertThat(answer).isEqualTo(arpReply().from(NEAR).to(CLIENT).build());
    }

    @Test
    void theHostIsAnsweredLikeAPod() {
        send(nodeA.host(), arpRequest().from(GATEWAY_A).to(FAR));

        assertThat(nodeA.host().drain()).containsExactly("arp 10.32.1.2 is-at 0a:58:0a:20:01:02");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.32.0.99", "10.33.0.1", "10.96.0.99", "172.30.0.254"})
    void anAddressThatNobodyHasIsCounted(String target) {
        send(client, arpRequest().from(CLIENT).to(target));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("unknown-arp-target 1");
    }

    @Test
    void aPodThatLooksForItsOwnAddressHearsNothing() {
        send(client, arpRequest().from(CLIENT).to(CLIENT));
        send(client, arpRequest().from("0.0.0.0").fromMac(macOf(CLIENT)).to(CLIENT));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("announcement 2");
    }

    @Test
    void anAddressThatIsTakenIsDefendedAgainstOneWhoProbesForIt() {
        send(client, arpRequest().from("0.0.0.0").fromMac(macOf(CLIENT)).to(NEAR));

        assertThat(client.drain()).containsExactly("arp 10.32.0.3 is-at 0a:58:0a:20:00:03");
    }

    @Test
    void anUnaskedBroadcastReplyIsAnAnnouncement() {
        send(client, arpReply().from(CLIENT).to(CLIENT).toMac(MacAddress.BROADCAST));

        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("announcement 1");
    }

    @Test
    void oneNodeDoesNotAnswerTheOtherForAThird() {
        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(1, arpRequest().from(FAR).to("10.96.0.10").build()));
        cluster.settle();

        assertThat(nodeA.dropped(DropReason.UNKNOWN_ARP_TARGET)).isEqualTo(1);
    }

    @Test
    void aQuestionForAForeignNodesAddressTravelsThereAndOnlyThere() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");

        send(client, arpRequest().from(CLIENT).to("10.32.9.5"));

        assertThat(foreign.drain()).containsExactly("arp who-has 10.32.9.5 tell 10.32.0.2");
        assertThat(nodeB.worker().counters().balance().received()).isZero();
        assertThat(client.drainFrames()).isEmpty();
    }

    @Test
    void aForeignNodeIsAnsweredForThisNodesAddressesAndItsOwnAnswersArePassedOn() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");
        long station = 0x02_00_00_00_00_05L;

        foreign.send(
                nodeA,
                arpRequest().from("10.32.9.5").fromMac(station).to(CLIENT).build());
        foreign.send(
                nodeA, arpReply().from("10.32.9.5").fromMac(station).to(CLIENT).build());
        cluster.settle();

        assertThat(foreign.drain()).containsExactly("arp 10.32.0.2 is-at 0a:58:0a:20:00:02");
        assertThat(client.drain()).containsExactly("arp 10.32.9.5 is-at 02:00:00:00:00:05");
    }

    @ParameterizedTest
    @ValueSource(strings = {NEAR_LINK_LOCAL, FAR_LINK_LOCAL})
    void aPodIsToldTheMacOfALinkLocalAddress(String target) {
        send(client, neighborSolicitation(target, macOf(CLIENT)).from(CLIENT_LINK_LOCAL));

        DecodedPacket answer = client.drainPackets().get(0);
        assertThat(answer).hasToString(target + " > " + CLIENT_LINK_LOCAL + " icmpv6 136/0");
        byte[] advertisement = answer.ipPacket();
        assertThat(advertisement[7]).as("hop limit").isEqualTo((byte) 255);
        assertThat(advertisement[44]).as("solicited, override").isEqualTo((byte) 0x60);
        assertThat(advertisement)
                .as("target, then the link-layer option")
                .endsWith(ByteBuffer.allocate(24)
                        .putLong(IpAddress.parse(target).high())
                        .putLong(IpAddress.parse(target).low())
                        .putLong(0x0201_0000_0000_0000L | answer.sourceMac())
                        .array());
    }

    @Test
    void aDuplicateAddressProbeForOnesOwnAddressIsDropped() {
        send(client, neighborSolicitation(CLIENT_LINK_LOCAL, macOf(CLIENT)).from("::"));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("announcement 1");
    }

    @Test
    void aLinkLocalAddressOfAPodThatIsNotThereIsCounted() {
        send(
                client,
                neighborSolicitation("fe80::858:aff:fe20:63", macOf(CLIENT)).from(CLIENT_LINK_LOCAL));

        assertThat(nodeA.drops()).containsExactly("unknown-arp-target 1");
    }

    @Test
    void otherNeighbourDiscoveryIsLeftToThePods() {
        send(client, neighborSolicitation("fe80::1234", macOf(CLIENT)).from(CLIENT_LINK_LOCAL));

        assertThat(near.drain()).hasSize(1);
        assertThat(far.drain()).hasSize(1);
    }

    @Test
    void aSolicitationThatHasBeenRoutedIsNoQuestionForANeighbour() {
        PacketBuilder routed = neighborSolicitation(NEAR_LINK_LOCAL, macOf(CLIENT))
                .from(CLIENT_LINK_LOCAL)
                .ttl(254);

        send(client, routed);

        assertThat(client.drainFrames()).isEmpty();
        assertThat(near.drain()).as("it is flooded like any multicast").hasSize(1);
    }

    @Test
    void aCutShortSolicitationIsNotAnswered() {
        send(
                client,
                icmpv6(135, 0)
                        .ttl(255)
                        .from(CLIENT_LINK_LOCAL)
                        .to(NEAR_LINK_LOCAL)
                        .fromMac(macOf(CLIENT))
                        .toMac(macOf(NEAR)));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(near.drain()).hasSize(1);
    }
}
