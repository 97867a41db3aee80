package io.osier.dataplane.vxlan;

import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedClock;
import io.osier.dataplane.simulation.SimulatedUnderlay;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Putting the header on, taking it off, and finding the tunnel to a node. */
class VxlanTest {
    private static final IpAddress HERE = IpAddress.parse("172.30.0.1");
    private static final IpAddress THERE = IpAddress.parse("172.30.0.2");
    private static final RawFrame INNER =
            ping(1).from("10.32.0.2").to("10.32.1.2").build();

    private final SimulatedUnderlay underlay = new SimulatedUnderlay(new SimulatedClock(), new Random(1));
    private final SimulatedUnderlay.Socket socket = underlay.attach(HERE);
    private final SimulatedUnderlay.Socket peer = underlay.attach(THERE);
    private final VxlanTunnel tunnel = tunnel("node-b", THERE, 0xabcdef);
    private final Frame frame = new Frame();

    @Test
    void aFrameLeavesWithItsHeaderInFront() {
        INNER.writeTo(frame, Frame.HEADROOM_BYTES);

        assertThat(tunnel.transmit(frame)).isNull();
        socket.flush();

        assertThat(peer.drain())
                .singleElement()
                .satisfies(datagram -> assertThat(datagram.payload().bytes()).isEqualTo(vxlan(0xabcdef, INNER)));
        assertThat(RawFrame.copyOf(frame)).as("the frame itself is as it was").isEqualTo(INNER);
    }

    @Test
    void aTunnelCountsWhatHasReallyLeft() {
        INNER.writeTo(frame, Frame.HEADROOM_BYTES);

        tunnel.transmit(frame);
        assertThat(tunnel.counters().transmittedPackets()).as("queued").isZero();
        socket.flush();
        assertThat(tunnel.counters().transmittedPackets()).isEqualTo(1);

        socket.failWith(DropReason.UNDERLAY_UNREACHABLE);
        assertThat(tunnel.transmit(frame)).isEqualTo(DropReason.UNDERLAY_UNREACHABLE);
        assertThat(tunnel.counters().transmittedPackets()).isEqualTo(1);
    }

    @Test
    void aTunnelIsNamedAfterItsOtherEnd() {
        assertThat(tunnel.id()).isEqualTo(new PortId(PortKind.TUNNEL, "node-b")).hasToString("vxlan:node-b");
        assertThat(tunnel.remote()).isEqualTo(THERE);
        assertThat(tunnel.isForeign()).isFalse();
        assertThat(tunnel.vni()).isEqualTo(0xabcdef);
    }

    @Test
    void takingTheHeaderOffLeavesTheInnerFrame() {
        RawFrame.of(vxlan(7, INNER)).writeTo(frame, Frame.HEADROOM_BYTES - VxlanHeader.LENGTH_BYTES);

        assertThat(TunnelReceiver.decapsulate(frame, 7, false)).isNull();

        assertThat(frame.start()).isEqualTo(Frame.HEADROOM_BYTES);
        assertThat(RawFrame.copyOf(frame)).isEqualTo(INNER);
    }

    @Property
    void whatIsRefusedIsLeftAsItWas(@ForAll @Size(max = 30) byte[] payload, @ForAll @IntRange(max = 3) int vni) {
        RawFrame raw = RawFrame.of(payload);
        raw.writeTo(frame, 26);

        DropReason refused = TunnelReceiver.decapsulate(frame, vni, false);

        boolean isLongEnough = payload.length >= 22;
        boolean isValid = isLongEnough && (payload[0] & 0x08) != 0;
        boolean isOurs = isValid && ((payload[4] & 0xff) << 16 | (payload[5] & 0xff) << 8 | (payload[6] & 0xff)) == vni;
        assertThat(refused).isEqualTo(isOurs ? null : isValid ? DropReason.WRONG_VNI : DropReason.MALFORMED_VXLAN);
        assertThat(RawFrame.copyOf(frame).equals(raw)).isEqualTo(!isOurs);
    }

    @Property
    void aTunnelIsFoundByTheAddressOfItsOtherEnd(@ForAll @Size(max = 200) Set<@IntRange(max = 400) Integer> nodes) {
        Map<IpAddress, VxlanTunnel> model = new HashMap<>();
        nodes.forEach(node -> model.put(address(node), tunnel("node-" + node, address(node), 1)));
        Tunnels tunnels = new Tunnels(model.values());

        assertThat(IntStream.rangeClosed(0, 400)).allSatisfy(node -> {
            assertThat(tunnels.to(address(node))).isSameAs(model.get(address(node)));
        });
        assertThat(tunnels.all()).containsExactlyInAnyOrderElementsOf(model.values());
    }

    private static IpAddress address(int node) {
        return node % 3 == 0 ? new IpAddress(0xfd00L << 48, node) : IpAddress.v4(0xac1e_0000 + node);
    }

    @Test
    void noTunnelsLeadNowhere() {
        assertThat(Tunnels.NONE.to(THERE)).isNull();
        assertThat(Tunnels.NONE.all()).isEqualTo(List.of());
    }

    private VxlanTunnel tunnel(String name, IpAddress remote, int vni) {
        return new VxlanTunnel(name, remote, false, false, vni, socket, new Segmenter(socket));
    }
}
