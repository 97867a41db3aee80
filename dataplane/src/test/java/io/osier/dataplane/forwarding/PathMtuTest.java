package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.fragmentationNeeded;
import static io.osier.dataplane.simulation.PacketBuilder.icmp;
import static io.osier.dataplane.simulation.PacketBuilder.packetTooBig;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whoever sends what does not fit the path is told so: RFC 1191, RFC 4443. */
class PathMtuTest extends NarrowPathScenario {
    @Test
    void whatJustFitsPasses() {
        RawFrame packet = datagram(MTU_BYTES).build();

        send(client, packet);

        assertThat(far.drainFrames()).containsExactly(packet);
        assertThat(client.drainFrames()).isEmpty();
    }

    @Test
    void oneByteMoreIsRefusedWithTheMtuThatTheSenderShouldUse() {
        RawFrame packet = datagram(MTU_BYTES + 1).build();

        send(client, packet);

        assertThat(client.drainFrames())
                .containsExactly(fragmentationNeeded(MTU_BYTES)
                        .from(GATEWAY_A)
                        .to(CLIENT)
                        .quoting(packet)
                        .build());
        assertThat(far.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("too-big 1");
    }

    @Test
    void aLongPingIsRefused() {
        send(client, ping(7).from(CLIENT).to(FAR).payload(random(1_400)));

        assertThat(client.drain())
                .containsExactly("10.32.0.1 > 10.32.0.2 icmp 3/4 about 10.32.0.2:2048 > 10.32.1.2:"
                        + quotedPingChecksum() + " protocol 1");
    }

    /** Where a packet with ports has its second one. */
    private static int quotedPingChecksum() {
        byte[] packet =
                ping(7).from(CLIENT).to(FAR).payload(random(1_400)).build().ipPacket();
        return (packet[22] & 0xff) << 8 | (packet[23] & 0xff);
    }

    @Test
    void theHostIsToldByTheStationThatItWroteTo() {
        RawFrame packet =
                udp().from(GATEWAY_A, 4000).to(FAR, 53).payload(random(1_400)).build();

        send(nodeA.host(), packet);

        assertThat(nodeA.host().drainFrames())
                .as("it drops what claims to come from itself")
                .containsExactly(fragmentationNeeded(MTU_BYTES)
                        .from(FAR)
                        .to(GATEWAY_A)
                        .quoting(packet)
                        .build());
    }

    @Test
    void anErrorIsAboutThePacketAsItWasSentToTheService() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        RawFrame request = tcp().from(CLIENT, 4000)
                .to(VIP, 80)
                .via(GATEWAY_A)
                .ack()
                .payload(random(1_400))
                .build();

        send(client, request);

        assertThat(client.drainFrames())
                .containsExactly(fragmentationNeeded(MTU_BYTES)
                        .from(GATEWAY_A)
                        .to(CLIENT)
                        .quoting(request)
                        .build());
    }

    @Test
    void aMasqueradedClientIsToldAboutTheService() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        RawFrame request = tcp().from("192.0.2.7", 4000)
                .fromMac(macOf(GATEWAY_A))
                .to(VIP, 80)
                .ack()
                .payload(random(1_400))
                .build();

        send(nodeA.host(), request);

        assertThat(nodeA.host().drainFrames())
                .containsExactly(fragmentationNeeded(MTU_BYTES)
                        .from(VIP)
                        .to("192.0.2.7")
                        .via(GATEWAY_A)
                        .quoting(request)
                        .build());
    }

    @Test
    void aBackendIsToldAboutItsClient() {
        cluster.underlay().limit(nodeB.underlayAddress(), nodeA.underlayAddress(), MTU_BYTES + 50);
        cluster.advance(Duration.ofSeconds(1));
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        far.drain();
        RawFrame answer = tcp().from(FAR, 8080)
                .to(CLIENT, 4000)
                .ack()
                .payload(random(1_400))
                .build();

        send(far, answer);

        assertThat(far.drainFrames())
                .containsExactly(fragmentationNeeded(MTU_BYTES)
                        .from(GATEWAY_B)
                        .to(FAR)
                        .quoting(answer)
                        .build());
    }

    @Test
    void superFramesAreMeasuredByTheirSegments() {
        PacketBuilder stream = tcp().from(CLIENT, 4000).to(FAR, 80).ack().payload(random(6_000));

        send(client, superFrame(stream, VirtioNetHeader.GSO_TCPV4, MTU_BYTES - 40));

        assertThat(far.drainFrames()).hasSize(5);
        assertThat(client.drainFrames()).isEmpty();
    }

    @Test
    void aSuperFrameOfTooLongSegmentsIsRefused() {
        PacketBuilder stream = tcp().from(CLIENT, 4000).to(FAR, 80).ack().payload(random(6_000));
        RawFrame frame = superFrame(stream, VirtioNetHeader.GSO_TCPV4, MTU_BYTES - 39);

        send(client, frame);

        assertThat(client.drainFrames())
                .containsExactly(fragmentationNeeded(MTU_BYTES)
                        .from(GATEWAY_A)
                        .to(CLIENT)
                        .quoting(frame)
                        .build());
        assertThat(far.drainFrames()).isEmpty();
    }

    @Test
    void aStreamThatMayBeCutIsCutSmaller() {
        byte[] bytes = random(6_000);
        PacketBuilder stream =
                tcp().from(CLIENT, 4000).to(FAR, 80).mayFragment().ack().payload(bytes);

        send(client, superFrame(stream, VirtioNetHeader.GSO_TCPV4, 1_410));

        assertThat(far.drainPackets())
                .as("each whole, with a right checksum")
                .hasSize(5)
                .allSatisfy(packet -> assertThat(packet.ipPacket()).hasSizeLessThanOrEqualTo(MTU_BYTES));
    }

    @Test
    void datagramsOfASuperFrameStayWhole() {
        PacketBuilder datagrams =
                udp().from(CLIENT, 4000).to(FAR, 80).mayFragment().payload(random(6_000));

        send(client, superFrame(datagrams, VirtioNetHeader.GSO_UDP_L4, 1_400));

        assertThat(nodeA.drops()).containsExactly("too-big 1");
        assertThat(client.drain()).hasSize(1);
    }

    @Test
    void nobodyIsToldAboutAnErrorOrALaterFragment() {
        RawFrame quoted = udp().from(FAR, 53).to(CLIENT, 4000).build();
        RawFrame error = icmp(3, 1)
                .from(CLIENT)
                .to(FAR)
                .payload(Arrays.copyOf(quoted.ipPacket(), 1_400))
                .build();
        RawFrame laterWithDf = udp().from(CLIENT, 4000)
                .to(FAR, 53)
                .payload(random(2_800))
                .fragments(1_400)
                .get(1);

        send(client, error, laterWithDf.with(20, laterWithDf.bytes()[20] | 0x40).with(24, 0));

        assertThat(client.drainFrames()).isEmpty();
    }

    @Test
    void ipv6SendersAreToldFromTheGatewaysLinkLocalAddress() {
        RawFrame packet = tcp().from("fe80::858:aff:fe20:2", 4000)
                .fromMac(macOf(CLIENT))
                .to("fe80::858:aff:fe20:102", 80)
                .toMac(macOf(FAR))
                .ack()
                .payload(random(1_400))
                .build();

        send(client, packet);

        assertThat(client.drainFrames())
                .containsExactly(packetTooBig(MTU_BYTES)
                        .from("fe80::858:aff:fe20:1")
                        .fromMac(macOf(GATEWAY_A))
                        .to("fe80::858:aff:fe20:2")
                        .toMac(macOf(CLIENT))
                        .quoting(packet, 1_232)
                        .build());
    }

    @Test
    void aWayThatHasBecomeWiderIsUsed() {
        limit(1_500);
        for (int i = 0; i < 10; i++) {
            cluster.advance(Duration.ofSeconds(1));
        }

        send(client, datagram(1_450));

        assertThat(far.drainFrames()).hasSize(1);
    }

    @Test
    void whatTheOtherNodeHasAnnouncedLimitsToo() {
        limit(9_000);
        nodeB.announceMtu(1_400);
        cluster.publish();

        send(client, datagram(1_401));

        assertThat(client.drain()).hasSize(1);
        assertThat(nodeA.worker().tunnelMtuBytes()).containsEntry("node-b", 1_400);
    }

    @Test
    void anAnnouncementOfNonsenseIsNotBelieved() {
        nodeB.announceMtu(-5);
        cluster.publish();
        assertThat(nodeA.worker().tunnelMtuBytes()).containsEntry("node-b", MTU_BYTES);

        nodeB.announceMtu(3);
        cluster.publish();
        assertThat(nodeA.worker().tunnelMtuBytes()).containsEntry("node-b", 68);
    }

    @Test
    void anOutsideRoutersErrorAboutAServicesAnswerReachesTheBackend() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        RawFrame request = tcp().from("192.0.2.7", 4000)
                .fromMac(macOf(GATEWAY_A))
                .to(VIP, 80)
                .ack()
                .build();
        send(nodeA.host(), request);
        near.drain();
        RawFrame answer = tcp().from(NEAR, 8080)
                .to(GATEWAY_A, 4000)
                .ack()
                .payload(random(1_400))
                .build();
        send(near, answer);
        RawFrame answered = nodeA.host().drainFrames().get(0);

        send(
                nodeA.host(),
                fragmentationNeeded(1_300)
                        .from("198.51.100.1")
                        .fromMac(macOf(GATEWAY_A))
                        .to(VIP)
                        .quoting(answered));

        assertThat(near.drainFrames())
                .containsExactly(fragmentationNeeded(1_300)
                        .from(GATEWAY_A)
                        .to(NEAR)
                        .quoting(answer)
                        .build());
    }
}
