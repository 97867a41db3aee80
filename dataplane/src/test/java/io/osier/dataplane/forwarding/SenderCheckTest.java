package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.ArpBuilder.arpRequest;
import static io.osier.dataplane.simulation.PacketBuilder.ethernet;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.SimulatedNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody speaks for another. */
class SenderCheckTest extends TwoNodeScenario {
    @ParameterizedTest
    @ValueSource(strings = {NEAR, FAR, GATEWAY_A, "10.32.0.99", "10.32.7.7", "10.96.0.10"})
    void aPodDoesNotSendFromAnothersMacAddress(String other) {
        send(client, ping(1).from(CLIENT).to(FAR).fromMac(macOf(other)));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-mac 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {NEAR, FAR, GATEWAY_A, "192.0.2.1", "10.96.0.10", "127.0.0.1"})
    void aPodDoesNotSendFromAnothersAddress(String other) {
        send(client, ping(1).from(other).to(FAR).fromMac(macOf(CLIENT)));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void aPodDoesNotClaimAnothersAddressInArp() {
        send(client, arpRequest().fromMac(macOf(CLIENT)).from(NEAR).to(FAR));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void aStationThatHasNoAddressYetMaySayHello() {
        send(
                client,
                udp().from("0.0.0.0", 68)
                        .to("255.255.255.255", 67)
                        .fromMac(macOf(CLIENT))
                        .toMac(MacAddress.BROADCAST));

        assertThat(near.drain()).containsExactly("0.0.0.0:68 > 255.255.255.255:67 udp");
    }

    @Test
    void aGroupAddressSendsNothing() {
        send(client, ethernet(MacAddress.BROADCAST, macOf(NEAR), 0x88b5, new byte[50]));

        assertThat(nodeA.drops()).containsExactly("spoofed-mac 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIENT, GATEWAY_A, "10.32.2.2"})
    void aTunnelDoesNotBringAnotherNodesStations(String other) {
        cluster.node("node-c", "10.32.2.0/24");

        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(
                                1,
                                ping(1).from(FAR).fromMac(macOf(other)).to(NEAR).build()));
        cluster.settle();

        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-mac 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIENT, GATEWAY_A})
    void aTunnelDoesNotBringThisNodesAddresses(String other) {
        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(
                                1,
                                ping(1).from(other).fromMac(macOf(FAR)).to(NEAR).build()));
        cluster.settle();

        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void aMacAddressUsedBeforeItsSubnetIsLeasedGainsNothing() {
        send(client, ping(1).from(CLIENT).to(NEAR).fromMac(macOf("10.32.2.2")));
        SimulatedNode nodeC = cluster.node("node-c", "10.32.2.0/24");
        MemoryPort third = nodeC.pod("10.32.2.2");

        send(near, ping(2).from(NEAR).to("10.32.2.2"));

        assertThat(third.drain()).containsExactly("10.32.0.3 > 10.32.2.2 icmp 8/0 seq 2");
        assertThat(client.drainFrames()).isEmpty();
    }

    @Test
    void onePodCannotFillTheForwardingDatabase() {
        for (int i = 0; i < 1_000; i++) {
            client.send(ethernet(0x0200_0000_0000L + i, macOf(NEAR), 0x88b5, new byte[50]));
        }
        cluster.settle();

        assertThat(nodeA.worker().stations()).as("3 pinned, 16 learned").hasSize(19);
        assertThat(near.drainFrames())
                .as("what is not learned is still forwarded")
                .hasSize(1_000);
    }

    @Test
    void manyPodsCannotKeepANewPodOutByFillingTheForwardingDatabase() {
        for (int pod = 10; pod < 40; pod++) {
            MemoryPort liar = nodeA.pod("10.32.0." + pod);
            for (int i = 0; i < 16; i++) {
                liar.send(ethernet(0x0200_0000_0000L + pod * 100L + i, macOf(NEAR), 0x88b5, new byte[50]));
            }
        }
        cluster.settle();

        MemoryPort late = nodeA.pod("10.32.0.200");

        send(client, ping(1).from(CLIENT).to("10.32.0.200"));
        assertThat(late.drain()).hasSize(1);
        cluster.advance(Duration.ofSeconds(301));
        assertThat(nodeA.worker().stations()).as("learned addresses age").hasSize(34);
    }
}
