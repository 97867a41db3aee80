package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.icmpv6;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.RawFrame;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service's IPv6 address is translated as its IPv4 address is; checksums are compared with whole packets. */
class Ipv6ServiceTest extends TwoNodeScenario {
    private static final String CLIENT6 = "fd6f:7369:6572:1::a20:2";
    private static final String NEAR6 = "fd6f:7369:6572:1::a20:3";
    private static final String FAR6 = "fd6f:7369:6572:1::a20:102";
    private static final String GATEWAY6_A = "fd6f:7369:6572:1::a20:1";
    private static final String VIP6 = "fd6f:7369:6572:2::a";
    private static final String OUTSIDER6 = "2001:db8::fe";

    @ParameterizedTest
    @ValueSource(strings = {NEAR6, FAR6})
    void aDatagramIsTranslatedBothWays(String backend) {
        cluster.service("default/dns", IpProtocol.UDP, VIP6, 53, backend + ":5353");
        var server = backend.equals(NEAR6) ? near : far;

        send(client, udp().from(CLIENT6, 4000).to(VIP6, 53).via(GATEWAY_A).payload("question"));
        assertThat(server.drainFrames())
                .containsExactly(udp().from(CLIENT6, 4000)
                        .to(backend, 5353)
                        .payload("question")
                        .build());

        send(server, udp().from(backend, 5353).to(CLIENT6, 4000).payload("answer"));
        assertThat(client.drainFrames())
                .containsExactly(udp().from(VIP6, 53)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT6, 4000)
                        .payload("answer")
                        .build());
        assertThat(nodeA.flows()).hasSize(1).allMatch(flow -> flow.endsWith("ASSURED"));
    }

    @Test
    void anSctpPacketIsTranslatedWhole() {
        cluster.service("default/diameter", IpProtocol.SCTP, VIP6, 3868, FAR6 + ":3868");

        send(client, sctp().from(CLIENT6, 4000).to(VIP6, 3868).via(GATEWAY_A).payload("init"));

        assertThat(far.drainFrames())
                .containsExactly(sctp().from(CLIENT6, 4000)
                        .to(FAR6, 3868)
                        .payload("init")
                        .build());
    }

    @Test
    void aPodReachesItselfBehindTheGateway() {
        cluster.service("default/web", IpProtocol.TCP, VIP6, 80, CLIENT6 + ":8080");

        send(client, tcp().from(CLIENT6, 4000).to(VIP6, 80).via(GATEWAY_A).syn());
        assertThat(client.drainFrames())
                .containsExactly(
                        tcp().from(GATEWAY6_A, 4000).to(CLIENT6, 8080).syn().build());

        send(client, tcp().from(CLIENT6, 8080).to(GATEWAY6_A, 4000).synAck());
        assertThat(client.drainFrames())
                .containsExactly(tcp().from(VIP6, 80)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT6, 4000)
                        .synAck()
                        .build());
    }

    @Test
    void aClientFromOutsideIsMasqueraded() {
        cluster.service("default/dns", IpProtocol.UDP, VIP6, 53, FAR6 + ":5353");

        send(
                nodeA.host(),
                udp().from(OUTSIDER6, 4000)
                        .fromMac(macOf(GATEWAY_A))
                        .to(VIP6, 53)
                        .payload("question"));
        assertThat(far.drainFrames())
                .containsExactly(udp().from(GATEWAY6_A, 4000)
                        .to(FAR6, 5353)
                        .payload("question")
                        .build());

        send(far, udp().from(FAR6, 5353).to(GATEWAY6_A, 4000).payload("answer"));
        assertThat(nodeA.host().drain()).containsExactly("fd6f:7369:6572:2::a:53 > 2001:db8::fe:4000 udp \"answer\"");
    }

    @Test
    void aBackendsErrorReachesTheClientAsTheServices() {
        cluster.service("default/dns", IpProtocol.UDP, VIP6, 53, FAR6 + ":5353");
        RawFrame question = udp().from(CLIENT6, 4000)
                .to(VIP6, 53)
                .via(GATEWAY_A)
                .payload("question")
                .build();
        send(client, question);
        RawFrame asked = far.drainFrames().get(0);

        send(far, icmpv6(1, 4).from(FAR6).to(CLIENT6).quoting(asked));

        assertThat(client.drainFrames())
                .containsExactly(icmpv6(1, 4)
                        .from(VIP6)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT6)
                        .quoting(question)
                        .build());
    }

    @Test
    void aClientsErrorReachesTheBackendAsTheClients() {
        cluster.service("default/dns", IpProtocol.UDP, VIP6, 53, FAR6 + ":5353");
        send(client, udp().from(CLIENT6, 4000).to(VIP6, 53).via(GATEWAY_A));
        far.drain();
        RawFrame answer =
                udp().from(FAR6, 5353).to(CLIENT6, 4000).payload("answer").build();
        send(far, answer);
        RawFrame answered = client.drainFrames().get(0);

        send(client, icmpv6(1, 4).from(CLIENT6).to(VIP6).via(GATEWAY_A).quoting(answered));

        assertThat(far.drainFrames())
                .containsExactly(
                        icmpv6(1, 4).from(CLIENT6).to(FAR6).quoting(answer).build());
    }

    @Test
    void aServiceWithoutEndpointsIsRefusedAtOnce() {
        cluster.service("default/dns", IpProtocol.UDP, VIP6, 53);

        send(client, udp().from(CLIENT6, 4000).to(VIP6, 53).via(GATEWAY_A));

        assertThat(client.drain()).containsExactly("fd6f:7369:6572:1::a20:1 > fd6f:7369:6572:1::a20:2 icmpv6 1/4");
        assertThat(nodeA.drops()).containsExactly("no-endpoint 1");
    }

    @Test
    void oneServiceHasFlowsOfBothFamiliesThatDoNotMeet() {
        cluster.service("default/dns", IpProtocol.UDP, VIP6, 53, FAR6 + ":5353");
        cluster.service("default/dns4", IpProtocol.UDP, "10.96.0.10", 53, FAR + ":5353");

        send(client, udp().from(CLIENT6, 4000).to(VIP6, 53).via(GATEWAY_A));
        send(client, udp().from(CLIENT, 4000).to("10.96.0.10", 53));

        assertThat(far.drain())
                .isEqualTo(List.of(
                        "fd6f:7369:6572:1::a20:2:4000 > fd6f:7369:6572:1::a20:102:5353 udp",
                        "10.32.0.2:4000 > 10.32.1.2:5353 udp"));
        assertThat(nodeA.flows()).hasSize(2);
    }
}
