package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.concat;
import static io.osier.dataplane.simulation.PacketBuilder.icmp;
import static io.osier.dataplane.simulation.PacketBuilder.icmpv6;
import static io.osier.dataplane.simulation.PacketBuilder.ping6;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.RawFrame;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a pod with raw sockets may try against a NetworkPolicy. */
class NetworkPolicyEvasionTest extends PolicyScenario {
    private static final String VIP = "10.96.0.10";

    /** With a tag of VLAN 0, which Linux takes for none. */
    private static RawFrame priorityTagged(RawFrame frame) {
        byte[] bytes = frame.bytes();
        byte[] tag = {(byte) 0x81, 0, 0, 0};
        return RawFrame.of(concat(Arrays.copyOf(bytes, 12), tag, Arrays.copyOfRange(bytes, 12, bytes.length)));
    }

    @Test
    void vlanZeroTagIsNoWayIn() {
        cluster.isolate(NEAR, ingress());
        cluster.isolate(CLIENT, egress());
        send(client, priorityTagged(tcp().from(CLIENT, 4000).to(NEAR, 80).syn().build()));
        assertThat(near.drainFrames()).isEmpty();
    }

    @Test
    void vlanZeroTagOnceIsNoConversation() {
        cluster.isolate(NEAR, ingress());
        send(client, priorityTagged(tcp().from(CLIENT, 4000).to(NEAR, 80).syn().build()));
        near.drainFrames();
        send(near, tcp().from(NEAR, 80).to(CLIENT, 4000).synAck());
        client.drain();
        send(client, tcp().from(CLIENT, 4000).to(NEAR, 80).ack().payload("GET /secret"));
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void vlanZeroTagIsNoSpoof() {
        send(
                client,
                priorityTagged(udp().from("10.32.9.9", 4000)
                        .fromMac(macOf(CLIENT))
                        .to(NEAR, 80)
                        .build()));
        assertThat(near.drainFrames()).isEmpty();
    }

    @Test
    void unspecifiedSourceToServiceIsNoWayOut() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":53");
        cluster.isolate(CLIENT, egress());
        send(client, udp().from("0.0.0.0", 4000).fromMac(macOf(CLIENT)).to(VIP, 53));
        assertThat(far.drain()).isEmpty();
    }

    @Test
    void unspecifiedSourceToServiceIsNoConversation() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        cluster.isolate(CLIENT, egress());
        cluster.isolate(FAR, ingress(block("0.0.0.0/0", "10.32.0.0/24"), everythingOf(GATEWAY_A)));
        send(
                client,
                tcp().from("0.0.0.0", 4000).fromMac(macOf(CLIENT)).to(VIP, 80).syn());
        send(far, tcp().from(FAR, 8080).to(GATEWAY_A, 4000).synAck());
        assertThat(client.drain()).isEmpty();
    }

    @Test
    void unspecifiedSourceIsNotOutside() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        cluster.isolate(NEAR, ingress(block("0.0.0.0/0", "10.32.0.0/12")));
        send(
                client,
                tcp().from("0.0.0.0", 4000).fromMac(macOf(CLIENT)).to(VIP, 80).syn());
        send(near, tcp().from(NEAR, 8080).to(GATEWAY_A, 4000).synAck());
        assertThat(client.drain()).isEmpty();
    }

    @Test
    void anErrorAboutAnAllowedFlowGoesToNobodyElse() {
        cluster.isolate(CLIENT, egress(udpPort(53)));
        RawFrame sent = udp().from(CLIENT, 4000).to(FAR, 53).build();
        send(client, sent);
        RawFrame answer = udp().from(FAR, 53)
                .to(CLIENT, 4000)
                .payload("s3cret".repeat(20))
                .build();
        send(client, icmp(3, 3).from(CLIENT).to("198.51.100.7").via(GATEWAY_A).quoting(answer));
        assertThat(nodeA.host().drain()).isEmpty();
    }

    @Test
    void anErrorAboutAnAllowedFlowDoesNotEnterAnotherPod() {
        cluster.isolate(NEAR, ingress());
        cluster.isolate(CLIENT, egress());
        cluster.isolate(CLIENT, ingress());
        RawFrame sent = udp().from(CLIENT, 4000).to(FAR, 53).build();
        send(client, sent);
        RawFrame answer = udp().from(FAR, 53).to(CLIENT, 4000).build();
        send(client, icmp(3, 3).from(CLIENT).to(NEAR).quoting(answer));
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void linkControlDoesNotLeaveTheLink() {
        cluster.isolate(CLIENT, egress());
        send(
                client,
                icmpv6(135, 0)
                        .from(CLIENT_6)
                        .fromMac(macOf(CLIENT))
                        .to("2001:db8::1")
                        .toMac(macOf(GATEWAY_A))
                        .ttl(64)
                        .payload(new byte[1000]));
        assertThat(nodeA.host().drainFrames()).isEmpty();
    }

    @Test
    void linkControlToAPodWithAnyHopLimit() {
        cluster.isolate(CLIENT, egress());
        cluster.isolate(NEAR, ingress());
        send(
                client,
                icmpv6(131, 0)
                        .from(CLIENT_6)
                        .fromMac(macOf(CLIENT))
                        .to(NEAR_6)
                        .toMac(macOf(NEAR))
                        .ttl(64)
                        .payload(new byte[1000]));
        assertThat(near.drainFrames()).isEmpty();
    }

    @Test
    void anSctpInitIsNoAnswer() {
        cluster.isolate(NEAR, ingress());
        send(near, sctp().from(NEAR, 3868).to(CLIENT, 3868).payload(new byte[] {
            1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0
        }));
        client.drain();
        send(client, sctp().from(CLIENT, 3868).to(NEAR, 3868).payload(new byte[] {
            1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0
        }));
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void thisNodesAddressByATunnelIsNotThisNode() {
        cluster.isolate(NEAR, ingress());
        String nodeAddress = cluster.nodeOf(IpAddress.parse(NEAR)).toString();
        send(
                nodeB.host(),
                udp().from(nodeAddress, 4000).fromMac(macOf(GATEWAY_B)).to(NEAR, 53));
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void anAddressesNextPodIsNotReachedByThePreviousOnesFlows() {
        cluster.isolate(NEAR, ingress());
        send(near, udp().from(NEAR, 53).to(CLIENT, 4000));
        client.drain();
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        near.drain();
        nodeA.remove(near);
        for (int i = 0; i < 60; i++) {
            cluster.advance(Duration.ofMinutes(1));
            send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        }
        MemoryPort next = nodeA.pod(NEAR);
        cluster.isolate(NEAR, ingress());
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        assertThat(next.drain()).isEmpty();
    }

    @Test
    void anAnswerOpensNoFlow() {
        cluster.isolate(NEAR, ingress());
        send(near, tcp().from(NEAR, 80).to(CLIENT, 4000).synAck());
        client.drain();
        send(client, tcp().from(CLIENT, 4000).to(NEAR, 80).ack());
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void whatIsRefusedGivesUpNobodysFlow() {
        try (SmallNode small = new SmallNode(4)) {
            small.cluster.isolate(NEAR, ingress(tcpPort(80, CLIENT)));
            small.send(small.pod, tcp().from(CLIENT, 4000).to(NEAR, 80).syn());
            small.send(small.pod, tcp().from(CLIENT, 4001).to(NEAR, 80).syn());
            for (int port = 5000; port < 5010; port++) {
                small.send(small.pod, tcp().from(CLIENT, port).to(NEAR, 81).syn());
            }
            assertThat(small.node.flows()).hasSize(2);
        }
    }

    @Test
    void theNodesLinkLocalAddressIsTheNode() {
        cluster.isolate(CLIENT, both());
        String gw = NdpResponder.linkLocalOf(macOf(GATEWAY_A)).toString();
        send(client, ping6(1).from(CLIENT_6).fromMac(macOf(CLIENT)).to(gw).toMac(macOf(GATEWAY_A)));
        assertThat(nodeA.host().drainFrames()).hasSize(1);
    }

    @Test
    void anAllowedAddressInAFrameForAnotherPodIsNoWayOut() {
        cluster.isolate(CLIENT, egress(everythingOf(FAR)));
        send(client, udp().from(CLIENT, 4000).to(FAR, 53).toMac(macOf(NEAR)));
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void theNodesAddressInAFrameForAnotherIsNoWayOut() {
        cluster.isolate(CLIENT, both());

        send(client, udp().from(CLIENT, 4000).to(GATEWAY_A, 53).toMac(macOf(FAR)));
        send(client, udp().from(CLIENT, 4000).to(GATEWAY_A, 53).toMac(macOf(NEAR)));
        send(client, udp().from(CLIENT, 4000).to(GATEWAY_A, 53).toMac(MacAddress.BROADCAST));

        assertThat(far.drain()).isEmpty();
        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.host().drain()).as("whose it is").hasSize(1);
    }

    @Test
    void anIcmpQueryIsNoAnswer() {
        cluster.isolate(NEAR, ingress());
        send(near, icmp(8, 0).rest(0).from(NEAR).to(CLIENT));
        client.drain();
        send(client, icmp(13, 0).rest(0x0001_0001).from(CLIENT).to(NEAR).payload(new byte[12]));
        assertThat(near.drainFrames()).isEmpty();
    }
}
