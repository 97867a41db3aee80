package io.osier.dataplane.vxlan;

import static io.osier.dataplane.simulation.PacketBuilder.concat;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedClock;
import io.osier.dataplane.simulation.SimulatedUnderlay;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Datagrams go in, one by one or many in one message; packets come out, joined where they belong together. */
class TunnelReceiverTest {
    private static final int VNI = 7;
    private static final int DATA = TcpHeader.ACK | TcpHeader.PSH;

    private final SimulatedUnderlay.Socket socket =
            new SimulatedUnderlay(new SimulatedClock(), new Random(1)).attach(IpAddress.parse("172.30.0.1"));
    private final VxlanTunnel agent = tunnel("node-b", true);
    private final VxlanTunnel stranger = tunnel("kernel", false);
    private final List<RawFrame> received = new ArrayList<>();
    private final List<DropReason> refused = new ArrayList<>();
    private final TunnelReceiver receiver = new TunnelReceiver(VNI, true, true, new TunnelReceiver.Receiver() {
        @Override
        public void received(VxlanTunnel in, Frame frame) {
            received.add(RawFrame.copyOf(frame));
        }

        @Override
        public void refused(DropReason reason, VxlanTunnel in, Frame datagram) {
            assertThat(datagram.start())
                    .as("the VXLAN header is still in front")
                    .isLessThan(Frame.HEADROOM_BYTES);
            refused.add(reason);
        }
    });

    private VxlanTunnel tunnel(String name, boolean remoteChecksum) {
        return new VxlanTunnel(
                name, IpAddress.parse("172.30.0.2"), false, remoteChecksum, VNI, socket, new Segmenter(socket));
    }

    /** Each packet as a datagram of its own. */
    private List<RawFrame> receive(VxlanTunnel in, List<RawFrame> packets) {
        packets.forEach(packet -> receiver.receive(in, message(packet.length() + 8, List.of(packet))));
        return flush();
    }

    /** All of them in one message of the kernel's, datagrams of the first one's length. */
    private List<RawFrame> receiveAtOnce(VxlanTunnel in, List<RawFrame> packets) {
        receiver.receive(in, message(packets.get(0).length() + 8, packets));
        return flush();
    }

    private List<RawFrame> flush() {
        receiver.flush();
        List<RawFrame> frames = List.copyOf(received);
        received.clear();
        return frames;
    }

    private static Frame message(int datagramBytes, List<RawFrame> packets) {
        byte[] bytes = {};
        for (RawFrame packet : packets) {
            bytes = concat(bytes, packet.hasPartialChecksum() ? remote(packet) : vxlan(VNI, packet));
        }
        Frame frame = new Frame();
        RawFrame.of(bytes).writeTo(frame, Frame.HEADROOM_BYTES - VxlanHeader.LENGTH_BYTES);
        frame.setDatagramBytes(packets.size() == 1 ? 0 : datagramBytes);
        return frame;
    }

    /** With the header that tells where the checksum is: flag C, and half its start; 0x80 for UDP. */
    private static byte[] remote(RawFrame packet) {
        byte[] datagram = vxlan(VNI, packet);
        boolean v4 = datagram[8 + 12] == 0x08;
        boolean udp = datagram[8 + (v4 ? 23 : 20)] == 17;
        ByteBuffer.wrap(datagram).putInt(0, 0x0820_0000).put(7, (byte) ((v4 ? 17 : 27) | (udp ? 0x80 : 0)));
        return datagram;
    }

    @Test
    void aTrainOfSegmentsBecomesTheSuperFrameAgain() {
        SuperFrame superFrame = SuperFrame.ofTcp(DATA, 2_500, 1_000);

        assertThat(receiveAtOnce(agent, superFrame.packets(true))).containsExactly(superFrame.whole());
        assertThat(receive(agent, superFrame.packets(true))).containsExactly(superFrame.whole());
        assertThat(receive(stranger, superFrame.packets(false)))
                .as("checked here, so that it is partial from here on")
                .containsExactly(superFrame.whole());
        assertThat(refused).isEmpty();
    }

    @Property
    void whateverWasCutIsJoined(
            @ForAll boolean v4,
            @ForAll boolean isTcp,
            @ForAll boolean partial,
            @ForAll boolean atOnce,
            @ForAll boolean pushed,
            @ForAll @IntRange(min = 1, max = 30_000) int payloadBytes,
            @ForAll @IntRange(min = 1, max = 2_000) int segmentBytes,
            @ForAll int sequence,
            @ForAll @IntRange(max = 65_535) int identification) {
        Assume.that(payloadBytes > segmentBytes && payloadBytes <= segmentBytes * 64);
        int flags = isTcp ? TcpHeader.ACK | (pushed ? TcpHeader.PSH : 0) : 0;
        SuperFrame superFrame = new SuperFrame(v4, flags, payloadBytes, segmentBytes, sequence, identification);
        VxlanTunnel in = partial ? agent : stranger;
        List<RawFrame> packets = superFrame.packets(partial);

        assertThat(atOnce ? receiveAtOnce(in, packets) : receive(in, packets)).containsExactly(superFrame.whole());
    }

    @Test
    void flowsAreJoinedThoughTheyAreMixed() {
        List<SuperFrame> flows =
                List.of(SuperFrame.ofUdp(3_000, 1_000), SuperFrame.ofTcp(DATA, 3_000, 1_000), SuperFrame.ofUdp(90, 30));
        List<RawFrame> mixed = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (SuperFrame flow : flows.subList(0, 2)) {
                mixed.add(flow.packets(true).get(i));
            }
        }

        assertThat(receive(agent, mixed))
                .containsExactlyInAnyOrder(flows.get(0).whole(), flows.get(1).whole());
    }

    @Test
    void oneFlowsPacketsOfTwoSizesStayInOrder() {
        List<RawFrame> packets = List.of(datagram(1, 10), datagram(2, 10), datagram(3, 20), datagram(4, 5));

        List<RawFrame> joined = receive(agent, packets);

        assertThat(joined).extracting(RawFrame::length).containsExactly(42 + 10 + 10, 42 + 20 + 5);
    }

    private static RawFrame datagram(int id, int payloadBytes) {
        return udp().from("10.32.0.2", 5)
                .to("10.32.1.2", 53)
                .identification(id)
                .payload(new byte[payloadBytes])
                .partialChecksum()
                .build();
    }

    private static PacketBuilder segment(int sequence) {
        return tcp().from("10.32.0.2", 5)
                .to("10.32.1.2", 80)
                .sequence(sequence)
                .ack()
                .partialChecksum()
                .payload(new byte[100]);
    }

    @Test
    void whatDoesNotContinueIsNotJoined() {
        for (PacketBuilder other : List.of(
                segment(1_200), // a gap
                segment(1_000), // the same again
                segment(1_100).fin(),
                segment(1_100).syn(),
                segment(1_100).rst(),
                segment(1_100).flags(TcpHeader.ACK | TcpHeader.CWR),
                segment(1_100).flags(TcpHeader.ACK | TcpHeader.ECE),
                segment(1_100).payload(new byte[101]),
                segment(1_100).payload(""),
                segment(1_100).ttl(63),
                segment(1_100).fromMac(0x0a58_0000_0001L),
                segment(1_100).to("10.32.1.2", 81),
                segment(1_100).from("10.32.0.3", 5))) {
            List<RawFrame> packets = List.of(segment(1_000).build(), other.build());

            assertThat(receive(agent, packets)).containsExactlyInAnyOrderElementsOf(packets);
        }
    }

    @Test
    void whatNobodyCanJoinOvertakesNothing() {
        List<RawFrame> packets = List.of(
                datagram(1, 10),
                ping(1).from("10.32.0.2").to("10.32.1.2").build(),
                datagram(2, 10),
                segment(1).fin().build());

        assertThat(receive(agent, packets).subList(0, 2)).isEqualTo(packets.subList(0, 2));
    }

    @Test
    void aWrongChecksumEndsHereUnlessTheOuterOneVouches() {
        for (PacketBuilder packet : List.of(tcp().ack(), udp())) {
            RawFrame right = packet.from("10.32.0.2", 5)
                    .to("10.32.1.2", 80)
                    .payload("payload")
                    .build();
            RawFrame wrong = right.with(right.length() - 1, 'x');

            assertThat(receive(stranger, List.of(wrong))).isEmpty();
            assertThat(receive(agent, List.of(wrong)))
                    .as("left complete, so checked")
                    .isEmpty();
            assertThat(receive(stranger, List.of(right))).containsExactly(right);
        }
        assertThat(refused).hasSize(4).containsOnly(DropReason.BAD_CHECKSUM);
    }

    @Test
    void onlyAnAgentsFlagIsBelieved() {
        int checksum = 14 + 20 + TcpHeader.CHECKSUM;
        RawFrame packet = segment(1_000).build();
        RawFrame wrong = packet.with(checksum, packet.bytes()[checksum] + 1);

        assertThat(receive(agent, List.of(wrong))).containsExactly(wrong);
        assertThat(receive(stranger, List.of(wrong))).isEmpty();
        assertThat(refused).containsExactly(DropReason.BAD_CHECKSUM);
    }

    @Test
    void aChecksumThatAKernelLeftToADevicePassesAsPartial() {
        for (PacketBuilder packet : List.of(tcp().ack(), udp())) {
            RawFrame partial = packet.from("10.32.0.2", 5)
                    .to("10.32.1.2", 80)
                    .payload("payload")
                    .partialChecksum()
                    .build();

            assertThat(receive(stranger, List.of(RawFrame.of(partial.bytes())))).containsExactly(partial);
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void aUdpPacketWithoutAChecksumPassesAlone() {
        RawFrame packet = udp().from("10.32.0.2", 5)
                .to("10.32.1.2", 53)
                .payload("x")
                .withoutChecksum()
                .build();

        assertThat(receive(stranger, List.of(packet, packet))).containsExactly(packet, packet);
    }

    @Test
    void portsThatTakeNoSuperFramesGetPackets() {
        List<RawFrame> tcp = SuperFrame.ofTcp(DATA, 2_000, 1_000).packets(true);
        TunnelReceiver plain = new TunnelReceiver(VNI, false, false, new TunnelReceiver.Receiver() {
            @Override
            public void received(VxlanTunnel in, Frame frame) {
                received.add(RawFrame.copyOf(frame));
            }

            @Override
            public void refused(DropReason reason, VxlanTunnel in, Frame datagram) {
                refused.add(reason);
            }
        });
        plain.receive(agent, message(tcp.get(0).length() + 8, tcp));
        plain.flush();

        assertThat(received).isEqualTo(tcp);
    }

    @Test
    void aMessageThatIsCutShortIsRefused() {
        Frame empty = new Frame();
        empty.reset(26, 0);
        receiver.receive(agent, empty);
        Frame shortOne = new Frame();
        RawFrame.of(vxlan(VNI, RawFrame.of(new byte[13]))).writeTo(shortOne, 26);
        receiver.receive(agent, shortOne);

        assertThat(flush()).isEmpty();
        assertThat(refused).containsExactly(DropReason.MALFORMED_VXLAN, DropReason.MALFORMED_VXLAN);
    }

    @Test
    void aChecksumThatWouldLieOutsideThePacketIsRefused() {
        byte[] datagram = remote(segment(1).build());
        datagram[7] = 0x7f;
        Frame frame = new Frame();
        RawFrame.of(datagram).writeTo(frame, 26);
        frame.setLength(8 + 14 + 100);
        receiver.receive(agent, frame);

        assertThat(flush()).isEmpty();
        assertThat(refused).containsExactly(DropReason.MALFORMED_VXLAN);
    }
}
