package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.udp;

import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;

/** A path of 1,300 bytes from the first node to the second, which loses what is longer: 1,250 bytes fit into the tunnel. */
abstract class NarrowPathScenario extends TwoNodeScenario {
    static final String VIP = "10.96.0.10";
    static final int MTU_BYTES = 1_250;
    static final int UDP_HEADERS_BYTES = 28;

    @BeforeEach
    void theWayThereIsNarrow() {
        limit(MTU_BYTES + 50);
    }

    void limit(int mtuBytes) {
        cluster.underlay().limit(nodeA.underlayAddress(), nodeB.underlayAddress(), mtuBytes);
        cluster.advance(Duration.ofSeconds(1));
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static PacketBuilder datagram(int ipBytes) {
        return udp().from(CLIENT, 4000).to(FAR, 53).payload(random(ipBytes - UDP_HEADERS_BYTES));
    }

    static RawFrame superFrame(PacketBuilder packet, int type, int segmentBytes) {
        return packet.partialChecksum().build().withSegments(type, segmentBytes);
    }
}
