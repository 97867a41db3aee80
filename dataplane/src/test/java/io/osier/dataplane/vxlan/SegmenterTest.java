package io.osier.dataplane.vxlan;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedClock;
import io.osier.dataplane.simulation.SimulatedUnderlay;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A super-frame goes in; the packets come out that its sender would have made, each in a tunnel packet of its own. */
class SegmenterTest {
    private static final IpAddress HERE = IpAddress.parse("172.30.0.1");
    private static final IpAddress THERE = IpAddress.parse("172.30.0.2");
    private static final int DATA = TcpHeader.ACK | TcpHeader.PSH;

    private final SimulatedUnderlay underlay = new SimulatedUnderlay(new SimulatedClock(), new Random(1));
    private final SimulatedUnderlay.Socket socket = underlay.attach(HERE);
    private final SimulatedUnderlay.Socket peer = underlay.attach(THERE);
    private final Segmenter segmenter = new Segmenter(socket);
    private final VxlanTunnel toStranger = new VxlanTunnel("kernel", THERE, true, false, 7, socket, segmenter);
    private final VxlanTunnel toAgent = new VxlanTunnel("node-b", THERE, false, true, 7, socket, segmenter);
    private final Frame frame = new Frame();

    private List<RawFrame> send(VxlanTunnel tunnel, RawFrame superFrame) {
        superFrame.writeTo(frame, Frame.HEADROOM_BYTES);
        assertThat(tunnel.transmit(frame)).isNull();
        socket.flush();
        return peer.drain().stream().map(SimulatedUnderlay.Datagram::payload).toList();
    }

    private static List<String> hex(List<RawFrame> datagrams) {
        return datagrams.stream()
                .map(datagram -> HexFormat.of().formatHex(datagram.bytes()))
                .toList();
    }

    @Test
    void tcpToAStrangerIsCutIntoPacketsThatAnybodyCanCheck() {
        SuperFrame superFrame = SuperFrame.ofTcp(DATA, 2_500, 1_000);

        List<RawFrame> datagrams = send(toStranger, superFrame.whole());

        List<RawFrame> expected = superFrame.packets(false);
        assertThat(hex(datagrams))
                .containsExactlyElementsOf(expected.stream()
                        .map(packet -> HexFormat.of().formatHex(vxlan(7, packet)))
                        .toList());
        assertThat(expected)
                .as("a decoder finds them right")
                .extracting(packet -> DecodedPacket.of(packet).toString().replaceAll("(?s) \".*", ""))
                .containsExactly(
                        "10.32.0.2:40000 > 10.32.1.2:80 tcp [.]",
                        "10.32.0.2:40000 > 10.32.1.2:80 tcp [.]",
                        "10.32.0.2:40000 > 10.32.1.2:80 tcp [P.]");
    }

    @Test
    void theHeaderTellsAnAgentWhereThePartialChecksumIs() {
        List<RawFrame> datagrams =
                send(toAgent, SuperFrame.ofTcp(DATA, 2_000, 1_000).whole());

        assertThat(datagrams)
                .hasSize(2)
                .allSatisfy(datagram -> assertThat(
                                HexFormat.of().formatHex(Arrays.copyOf(datagram.bytes(), VxlanHeader.LENGTH_BYTES)))
                        .as("flags I and C; VNI 7; TCP at 34")
                        .isEqualTo("0820000000000711"));
        List<RawFrame> udp = send(toAgent, SuperFrame.ofUdp(2_000, 1_000).whole());
        assertThat(udp)
                .hasSize(2)
                .allSatisfy(datagram -> assertThat(
                                HexFormat.of().formatHex(Arrays.copyOf(datagram.bytes(), VxlanHeader.LENGTH_BYTES)))
                        .as("the same of UDP")
                        .isEqualTo("0820000000000791"));
    }

    @Property
    void whateverIsCutIsWhatTheSenderWouldHaveSent(
            @ForAll boolean v4,
            @ForAll boolean isTcp,
            @ForAll boolean partial,
            @ForAll @IntRange(max = 255) int flags,
            @ForAll @IntRange(min = 1, max = 30_000) int payloadBytes,
            @ForAll @IntRange(min = 100, max = 9_000) int segmentBytes,
            @ForAll int sequence,
            @ForAll @IntRange(max = 65_535) int identification) {
        Assume.that(!isTcp || flags != 0);
        SuperFrame superFrame =
                new SuperFrame(v4, isTcp ? flags : 0, payloadBytes, segmentBytes, sequence, identification);

        List<RawFrame> datagrams = send(partial ? toAgent : toStranger, superFrame.whole());

        List<String> inner = datagrams.stream()
                .map(datagram -> HexFormat.of()
                        .formatHex(Arrays.copyOfRange(datagram.bytes(), VxlanHeader.LENGTH_BYTES, datagram.length())))
                .toList();
        assertThat(inner).isEqualTo(hex(superFrame.packets(partial)));
    }

    @Test
    void whatIsTooMuchForOneSystemCallTakesTwoAndCountsOnce() {
        SuperFrame superFrame = SuperFrame.ofTcp(DATA, 65_000, 1_398);

        assertThat(send(toAgent, superFrame.whole())).hasSize(47);

        assertThat(toAgent.counters().transmittedPackets()).isEqualTo(1);
        assertThat(VxlanTunnel.maxSegments(1_450))
                .as("what pods are told to send at most")
                .isEqualTo(44);
        assertThat(VxlanTunnel.maxSegments(100)).isEqualTo(SegmentTrain.MAX_SEGMENTS);
    }

    @Test
    void manySuperFramesMayWaitForOneFlush() {
        SuperFrame superFrame = SuperFrame.ofUdp(3_000, 1_000);
        for (int i = 0; i < 20; i++) {
            superFrame.whole().writeTo(frame, Frame.HEADROOM_BYTES);
            assertThat(toAgent.transmit(frame)).isNull();
        }
        socket.flush();

        assertThat(peer.drain()).hasSize(60);
        assertThat(toAgent.counters().transmittedPackets()).isEqualTo(20);
    }

    @Test
    void oneSmallPacketWithAPartialChecksumIsCompletedForAStranger() {
        RawFrame small = udp().from("10.32.0.2", 40_000)
                .to("10.32.1.2", 53)
                .payload("hello")
                .partialChecksum()
                .build();

        assertThat(hex(send(toStranger, small))).containsExactly(HexFormat.of().formatHex(vxlan(7, small.completed())));
    }

    @Test
    void whatCannotBeCutIsADropWithAName() {
        RawFrame noPayload = tcp().from("10.32.0.2", 1)
                .to("10.32.1.2", 2)
                .ack()
                .partialChecksum()
                .build()
                .withSegments(VirtioNetHeader.GSO_TCPV4, 1_000);
        RawFrame whole = SuperFrame.ofTcp(DATA, 3_000, 1_000).whole();
        for (RawFrame wrong : List.of(
                noPayload,
                whole.withSegments(VirtioNetHeader.GSO_TCPV4, 0),
                whole.withSegments(3, 1_000),
                whole.with(12, 0x88),
                whole.with(46, 0x10),
                RawFrame.of(whole.bytes()).withSegments(VirtioNetHeader.GSO_TCPV4, 1_000))) {
            wrong.writeTo(frame, Frame.HEADROOM_BYTES);
            assertThat(toStranger.transmit(frame)).isEqualTo(DropReason.UNSEGMENTABLE);
        }
        assertThat(toStranger.counters().transmittedPackets()).isZero();
    }
}
