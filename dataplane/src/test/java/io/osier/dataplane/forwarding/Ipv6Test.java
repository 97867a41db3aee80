package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.icmpv6;
import static io.osier.dataplane.simulation.PacketBuilder.neighborAdvertisement;
import static io.osier.dataplane.simulation.PacketBuilder.neighborSolicitation;
import static io.osier.dataplane.simulation.PacketBuilder.ping6;
import static io.osier.dataplane.simulation.PacketBuilder.solicitedAdvertisement;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.ForeignNode;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pod's IPv6 address has its IPv4 address at the end, and says as much: where it is, and which MAC address it has. */
class Ipv6Test extends TwoNodeScenario {
    private static final String CLIENT6 = "fd6f:7369:6572:1::a20:2";
    private static final String NEAR6 = "fd6f:7369:6572:1::a20:3";
    private static final String FAR6 = "fd6f:7369:6572:1::a20:102";
    private static final String GATEWAY6_A = "fd6f:7369:6572:1::a20:1";
    private static final String SERVICE6 = "fd6f:7369:6572:2::a";
    private static final String CLIENT_LINK_LOCAL = "fe80::858:aff:fe20:2";
    private static final String NEAR_LINK_LOCAL = "fe80::858:aff:fe20:3";

    @Test
    void aPodReachesAPodOfAnotherNodeAsOnOneLink() {
        RawFrame packet = ping6(1).from(CLIENT6).to(FAR6).ttl(64).build();

        send(client, packet);

        assertThat(far.drainFrames()).as("hop limit and all").containsExactly(packet);
    }

    @Test
    void aPodReachesAPodOfItsNode() {
        send(client, udp().from(CLIENT6, 5353).to(NEAR6, 53));

        assertThat(near.drain()).containsExactly("fd6f:7369:6572:1::a20:2:5353 > fd6f:7369:6572:1::a20:3:53 udp");
    }

    @ParameterizedTest
    @CsvSource({
        "fd6f:7369:6572:1::a20:3, 0x0a580a200003, a pod of the same node",
        "fd6f:7369:6572:1::a20:102, 0x0a580a200102, a pod of the other node",
        "fd6f:7369:6572:1::a20:1, 0x0a580a200001, the gateway",
        "fd6f:7369:6572:1::a20:101, 0x0a580a200101, the other node's gateway",
        "fd6f:7369:6572:2::a, 0x0a580000000a, a service",
        "2001:db8::5, 0x0a5800000005, an external address of a service"
    })
    void aPodIsToldTheAddressOf(String target, long mac, String what) {
        cluster.service("default/web", IpProtocol.TCP, SERVICE6, 80, FAR6 + ":8080");
        cluster.service("default/out", IpProtocol.TCP, "2001:db8::5", 80, FAR6 + ":8080");

        send(client, neighborSolicitation(target, macOf(CLIENT)).from(CLIENT6));

        RawFrame answer = client.drainFrames().get(0);
        assertThat(answer)
                .as(what)
                .isEqualTo(solicitedAdvertisement(target, mac)
                        .from(target)
                        .fromMac(mac)
                        .to(CLIENT6)
                        .toMac(macOf(CLIENT))
                        .build());
        assertThat(cluster.underlay().drainSent()).as("questions do not travel").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fd6f:7369:6572:1::a20:63", "fd6f:7369:6572:1::a21:1", "fd6f:7369:6572:2::63"})
    void anAddressThatNobodyHasIsCounted(String target) {
        send(client, neighborSolicitation(target, macOf(CLIENT)).from(CLIENT6));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("unknown-arp-target 1");
    }

    @Test
    void aPodThatLooksForItsOwnAddressHearsNothing() {
        send(client, neighborSolicitation(CLIENT6, macOf(CLIENT)).from("::"));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("announcement 1");
    }

    @Test
    void aQuestionForAForeignNodesAddressTravelsThereAndOnlyThere() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");

        send(
                client,
                neighborSolicitation("fd6f:7369:6572:1::a20:905", macOf(CLIENT)).from(CLIENT6));

        assertThat(foreign.drain()).hasSize(1);
        assertThat(nodeB.worker().counters().balance().received()).isZero();
    }

    @Test
    void aForeignNodeIsAnsweredForThisNodesAddresses() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");
        long station = 0x02_00_00_00_00_05L;

        foreign.send(
                nodeA,
                neighborSolicitation(CLIENT6, station)
                        .from("fd6f:7369:6572:1::a20:905")
                        .build());
        cluster.settle();

        assertThat(foreign.drain()).containsExactly("fd6f:7369:6572:1::a20:2 > fd6f:7369:6572:1::a20:905 icmpv6 136/0");
        assertThat(client.drainFrames()).as("who is asked for need not know").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                NEAR6,
                FAR6,
                GATEWAY6_A,
                SERVICE6,
                NEAR_LINK_LOCAL,
                "fe80::1",
                "fd6f:7369:6572:1::a20:63",
                "2001:db8::1",
                "::1",
                "::a20:2"
            })
    void aPodDoesNotSendFromAnothersAddress(String other) {
        send(client, ping6(1).from(other).to(FAR6).fromMac(macOf(CLIENT)));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void aPodSendsFromItsLinkLocalAddress() {
        send(client, ping6(1).from(CLIENT_LINK_LOCAL).to(FAR6).fromMac(macOf(CLIENT)));

        assertThat(far.drain()).hasSize(1);
    }

    @Test
    void onlyWhoProbesForAnAddressHasNone() {
        send(
                client,
                udp().from("::", 546)
                        .to("ff02::1:2", 547)
                        .fromMac(macOf(CLIENT))
                        .toMac(0x3333_0001_0002L));
        send(
                client,
                icmpv6(143, 0).from("::").to("ff02::16").fromMac(macOf(CLIENT)).toMac(0x3333_0000_0016L));

        assertThat(near.drain()).containsExactly(":: > ff02::16 icmpv6 143/0");
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void aTunnelDoesNotBringThisNodesAddresses() {
        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(
                                1,
                                ping6(1).from(CLIENT6)
                                        .fromMac(macOf(FAR))
                                        .to(NEAR6)
                                        .build()));
        cluster.settle();

        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void aPodDoesNotSayThatItHasAnothersAddress() {
        send(client, neighborAdvertisement(NEAR6, macOf(CLIENT)).from(CLIENT6));
        send(
                client,
                neighborAdvertisement(GATEWAY6_A, macOf(CLIENT))
                        .from(CLIENT_LINK_LOCAL)
                        .fromMac(macOf(CLIENT)));

        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 2");
    }

    @ParameterizedTest
    @CsvSource({"::ffff:10.32.0.2, fd6f:7369:6572:1::a20:3", "fd6f:7369:6572:1::a20:2, ::ffff:10.96.0.10"})
    void aMappedAddressIsNotTakenForTheIpv4Address(String from, String to) {
        cluster.service("default/web", IpProtocol.UDP, "10.96.0.10", 53, FAR + ":53");
        byte[] packet = udp().from(CLIENT6, 1).to(NEAR6, 53).build().bytes();
        ByteBuffer.wrap(packet)
                .putLong(14 + 8, IpAddress.parse(from).high())
                .putLong(14 + 16, IpAddress.parse(from).low())
                .putLong(14 + 24, IpAddress.parse(to).high())
                .putLong(14 + 32, IpAddress.parse(to).low());

        send(client, RawFrame.of(packet));

        assertThat(nodeA.drops()).containsExactly("mapped-address 1");
        assertThat(nodeA.flows()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"134, a router advertisement", "137, a redirect"})
    void aPodIsNoRouter(int type, String what) {
        PacketBuilder word = icmpv6(type, 0)
                .ttl(255)
                .from(CLIENT_LINK_LOCAL)
                .fromMac(macOf(CLIENT))
                .to("ff02::1")
                .toMac(0x3333_0000_0001L)
                .payload(new byte[8]);

        send(client, word);

        assertThat(near.drainFrames()).as(what).isEmpty();
        assertThat(far.drainFrames()).as(what).isEmpty();
        assertThat(nodeA.drops()).containsExactly("router-advertisement 1");
    }

    @Test
    void aRouterBehindATunnelIsNoneEither() {
        ForeignNode foreign = cluster.foreignNode("switch", "10.32.9.0/24");

        foreign.send(
                nodeA,
                icmpv6(134, 0)
                        .ttl(255)
                        .from("fe80::5")
                        .fromMac(0x02_00_00_00_00_05L)
                        .to("ff02::1")
                        .toMac(0x3333_0000_0001L)
                        .payload(new byte[8])
                        .build());
        cluster.settle();

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("router-advertisement 1");
    }

    @Test
    void aBackendOfAServiceIsReachedAndAnswersAsTheService() {
        cluster.service("default/web", IpProtocol.TCP, SERVICE6, 80, FAR6 + ":8080");

        send(client, tcp().from(CLIENT6, 4000).to(SERVICE6, 80).via(GATEWAY_A).syn());
        send(far, tcp().from(FAR6, 8080).to(CLIENT6, 4000).synAck());

        assertThat(far.drainFrames())
                .containsExactly(tcp().from(CLIENT6, 4000).to(FAR6, 8080).syn().build());
        assertThat(client.drainFrames())
                .containsExactly(tcp().from(SERVICE6, 80)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT6, 4000)
                        .synAck()
                        .build());
    }
}
