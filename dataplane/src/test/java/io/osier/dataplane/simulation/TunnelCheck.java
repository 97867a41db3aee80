package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import java.util.List;

/** What crosses the underlay comes from the node of its sender and goes to the node of its receiver, broadcasts to all. */
final class TunnelCheck {
    private final ChangingCluster world;
    private int broadcasts;

    TunnelCheck(ChangingCluster world) {
        this.world = world;
    }

    /** Somebody is about to send a broadcast. */
    void expectBroadcast() {
        broadcasts++;
    }

    /** Checks all that was sent since the last time. */
    void check(List<SimulatedUnderlay.Datagram> sent) {
        int groups = 0;
        for (SimulatedUnderlay.Datagram datagram : sent) {
            DecodedPacket inner = DecodedPacket.of(datagram.inner());
            assertThat(datagram.from()).as("sender of %s", inner).isEqualTo(nodeOf(inner.sourceMac()));
            if (MacAddress.isGroup(inner.destinationMac())) {
                groups++;
            } else {
                assertThat(datagram.to()).as("receiver of %s", inner).isEqualTo(nodeOf(inner.destinationMac()));
            }
        }
        assertThat(groups)
                .as("copies of broadcasts")
                .isEqualTo(broadcasts * (world.nodes().size() - 1));
        broadcasts = 0;
    }

    private IpAddress nodeOf(long mac) {
        assertThat(MacAddress.isPod(mac)).isTrue();
        return world.nodeOf(IpAddress.v4((int) mac));
    }
}
