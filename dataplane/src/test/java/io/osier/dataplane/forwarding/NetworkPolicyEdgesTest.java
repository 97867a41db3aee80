package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.fragmentationNeeded;
import static io.osier.dataplane.simulation.PacketBuilder.ip;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.pong;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.RawFrame;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ways around a NetworkPolicy, which are none. */
class NetworkPolicyEdgesTest extends PolicyScenario {
    private static final long BROADCAST = 0xffff_ffff_ffffL;
    private static final String TEXT = "0123456789".repeat(300);

    @Test
    void toBeAskedGivesNobodyLeaveToAsk() {
        cluster.isolate(NEAR, ingress());
        send(
                near,
                tcp().from(NEAR, 4000).to(CLIENT, 80).syn(),
                ping(1).from(NEAR).to(CLIENT));
        send(client, tcp().from(CLIENT, 80).to(NEAR, 4000).synAck());
        assertThat(near.drain()).hasSize(1);

        send(
                client,
                tcp().from(CLIENT, 80).to(NEAR, 4000).syn(),
                ping(1).from(CLIENT).to(NEAR));

        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy 2");
    }

    @Test
    void anAnswerToNothingIsNone() {
        cluster.isolate(NEAR, ingress());
        cluster.isolate(CLIENT, egress());

        send(
                far,
                tcp().from(FAR, 80).to(NEAR, 4000).synAck(),
                tcp().from(FAR, 80).to(NEAR, 4000).ack());
        send(far, pong(1).from(FAR).to(NEAR));
        assertThat(near.drain()).isEmpty();

        send(
                client,
                tcp().from(CLIENT, 80).to(FAR, 4000).synAck(),
                tcp().from(CLIENT, 80).to(FAR, 4000).ack());
        send(client, pong(1).from(CLIENT).to(FAR));
        assertThat(far.drain()).isEmpty();
    }

    @Test
    void aPacketOfAnOlderConnectionOpensNoOther() {
        cluster.isolate(NEAR, fresh(ingress()));

        send(far, tcp().from(FAR, 80).to(NEAR, 8080).ack());
        assertThat(near.drain()).as("it may be").hasSize(1);
        send(near, tcp().from(NEAR, 8080).to(FAR, 80).rst());
        send(far, tcp().from(FAR, 80).to(NEAR, 8080).syn());

        assertThat(near.drain()).isEmpty();
    }

    @Test
    void aPodThatIsNotKnownYetIsIsolatedUntilItIs() {
        cluster.isolate(NEAR, egress());
        MemoryPort fresh = nodeA.pod("10.32.0.9");

        send(fresh, udp().from("10.32.0.9", 4000).to(CLIENT, 53));
        send(client, udp().from(CLIENT, 4000).to("10.32.0.9", 53));
        assertThat(client.drain()).isEmpty();
        assertThat(fresh.drain()).isEmpty();

        cluster.publish();
        send(fresh, udp().from("10.32.0.9", 4000).to(CLIENT, 53));
        assertThat(client.drain()).hasSize(1);
    }

    @Test
    void fragmentsGoWithTheirFirst() {
        cluster.isolate(NEAR, ingress(udpPort(53)));
        List<RawFrame> allowed = udp().from(CLIENT, 4000)
                .to(NEAR, 53)
                .payload(TEXT)
                .identification(7)
                .fragments(1480);
        List<RawFrame> refused = udp().from(CLIENT, 4000)
                .to(NEAR, 54)
                .payload(TEXT)
                .identification(8)
                .fragments(1480);

        send(client, refused.toArray(RawFrame[]::new));
        assertThat(near.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy " + refused.size());

        send(client, allowed.toArray(RawFrame[]::new));
        assertThat(near.drainFrames()).containsExactlyElementsOf(allowed);
    }

    @Test
    void aLaterFragmentWithoutItsFirstPassesOnlyWhereItsPortsDoNotMatter() {
        RawFrame later = udp().from(CLIENT, 4000)
                .to(NEAR, 53)
                .payload(TEXT)
                .fragments(1480)
                .get(1);

        cluster.isolate(NEAR, ingress(udpPort(53)));
        send(client, later);
        assertThat(near.drainFrames()).isEmpty();

        cluster.isolate(NEAR, ingress(everythingOf(CLIENT)));
        send(client, later);
        assertThat(near.drainFrames()).hasSize(1);
    }

    @Test
    void errorsAboutWhatAPodHasSentReachItAndOthersDoNot() {
        cluster.isolate(NEAR, ingress());
        RawFrame sent = udp().from(NEAR, 4000).to(FAR, 53).build();
        RawFrame ping = ping(1).from(NEAR).to(FAR).build();
        send(near, sent, ping);

        send(far, fragmentationNeeded(1400).from(FAR).to(NEAR).quoting(sent));
        send(far, fragmentationNeeded(1400).from(FAR).to(NEAR).quoting(ping));
        assertThat(near.drain()).hasSize(2);

        RawFrame neverSent = udp().from(NEAR, 4001).to(FAR, 53).build();
        send(far, fragmentationNeeded(1400).from(FAR).to(NEAR).quoting(neverSent));
        send(far, fragmentationNeeded(1400).from(FAR).to(NEAR));
        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy 2");
    }

    @Test
    void aBroadcastReachesThoseAloneWhoMayHearIt() {
        cluster.isolate(NEAR, ingress(udpPort(67)));

        send(client, udp().from(CLIENT, 68).to("255.255.255.255", 67).toMac(BROADCAST));
        assertThat(near.drain()).hasSize(1);
        assertThat(far.drain()).hasSize(1);

        send(client, udp().from(CLIENT, 68).to("255.255.255.255", 68).toMac(BROADCAST));
        assertThat(near.drain()).isEmpty();
        assertThat(far.drain()).as("who is not isolated").hasSize(1);
        assertThat(nodeA.drops()).containsExactly("ingress-policy 1");
    }

    @Test
    void aPodThatMaySendNothingDoesNotBroadcastEither() {
        cluster.isolate(CLIENT, egress(everythingOf(FAR)));

        send(client, udp().from(CLIENT, 68).to("255.255.255.255", 67).toMac(BROADCAST));
        send(
                client,
                udp().from("0.0.0.0", 68)
                        .to("255.255.255.255", 67)
                        .fromMac(macOf(CLIENT))
                        .toMac(BROADCAST));

        assertThat(near.drain()).isEmpty();
        assertThat(far.drain()).isEmpty();
        assertThat(nodeA.dropped(DropReason.EGRESS_POLICY))
                .as("one packet, and three copies of the other")
                .isEqualTo(4);
    }

    @Test
    void aForeignAddressInAFrameForThePodIsNoWayIn() {
        cluster.isolate(NEAR, ingress());

        send(client, udp().from(CLIENT, 68).to("255.255.255.255", 67).toMac(macOf(NEAR)));
        send(client, udp().from(CLIENT, 68).to("224.0.0.1", 67).toMac(macOf(NEAR)));
        send(far, udp().from(FAR, 68).to("255.255.255.255", 67).toMac(macOf(NEAR)));

        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy 3");
    }

    @Test
    void noAddressAtAllIsNoWayOut() {
        cluster.isolate(CLIENT, egress());

        send(client, udp().from("0.0.0.0", 68).to(FAR, 67).fromMac(macOf(CLIENT)));

        assertThat(far.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("spoofed-address 1");
    }

    @Test
    void protocolsWithoutPortsPassWhereEverythingDoes() {
        cluster.isolate(NEAR, ingress(tcpPort(80, CLIENT)));
        send(client, ip(47).from(CLIENT).to(NEAR).payload("tunnelled"));
        assertThat(near.drainFrames()).isEmpty();

        cluster.isolate(NEAR, ingress(everythingOf(CLIENT)));
        send(client, ip(47).from(CLIENT).to(NEAR).payload("tunnelled"));
        send(near, ip(47).from(NEAR).to(CLIENT).payload("answered"));
        assertThat(near.drainFrames()).hasSize(1);
        assertThat(client.drainFrames()).hasSize(1);
    }

    @Test
    void whereNoFlowCanBeKnownPacketsPassByThemselvesOrNotAtAll() {
        try (SmallNode small = new SmallNode(4)) {
            small.cluster.isolate(NEAR, ingress(tcpPort(80, CLIENT)));
            for (int port = 4000; port < 4010; port++) {
                small.send(small.pod, tcp().from(CLIENT, port).to(NEAR, 80).syn());
                small.send(small.server, tcp().from(NEAR, 80).to(CLIENT, port).synAck());
                small.send(small.pod, tcp().from(CLIENT, port).to(NEAR, 81).syn());
            }

            assertThat(small.server.drain()).hasSize(10).allMatch(packet -> packet.contains(":80 tcp [S]"));
        }
    }

    @Test
    void aFlowsEntryIsNobodyElsesPermission() {
        try (SmallNode small = new SmallNode(1)) {
            small.cluster.isolate(NEAR, ingress(tcpPort(80, CLIENT)));
            small.send(small.pod, tcp().from(CLIENT, 4000).to(NEAR, 80).syn());
            small.send(small.pod, tcp().from(CLIENT, 4000).to(NEAR, 80).rst());
            small.send(small.pod, tcp().from(CLIENT, 4001).to(NEAR, 81).syn());
            small.send(small.pod, tcp().from(CLIENT, 4001).to(NEAR, 81).ack());

            assertThat(small.server.drain())
                    .containsExactly("10.32.0.2:4000 > 10.32.0.3:80 tcp [S]", "10.32.0.2:4000 > 10.32.0.3:80 tcp [R]");
        }
    }
}
