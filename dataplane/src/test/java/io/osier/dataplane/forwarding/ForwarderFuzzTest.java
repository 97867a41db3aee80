package io.osier.dataplane.forwarding;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import java.util.Arrays;

/** Whatever comes in by a pod, the host or the tunnel: nothing is thrown, and every packet is accounted for. */
class ForwarderFuzzTest {
    private static final SimulatedCluster CLUSTER = new SimulatedCluster(1);
    private static final SimulatedNode NODE_A = CLUSTER.node("node-a", "10.32.0.0/24");
    private static final SimulatedNode NODE_B = CLUSTER.node("node-b", "10.32.1.0/24");
    private static final MemoryPort POD = NODE_A.pod("10.32.0.2");
    private static final MemoryPort OTHER = NODE_B.pod("10.32.1.2");

    static {
        CLUSTER.service("default/web", IpProtocol.TCP, "10.96.0.10", 80, "10.32.0.2:8080", "10.32.1.2:8080");
        CLUSTER.service("default/dns", IpProtocol.UDP, "10.96.0.10", 53, "10.32.1.2:53");
        CLUSTER.service("default/none", IpProtocol.TCP, "10.96.0.11", 80);
        CLUSTER.publish();
    }

    @FuzzTest(maxDuration = "3s")
    void anyFrame(byte[] bytes) {
        RawFrame frame = RawFrame.of(bytes);
        POD.send(frame);
        NODE_A.host().send(frame);
        settleAndCheck();
    }

    @FuzzTest(maxDuration = "3s")
    void anyFrameFromThePodItself(byte[] bytes) {
        byte[] frame = Arrays.copyOf(bytes, Math.max(bytes.length, 14));
        for (int i = 0; i < 6; i++) {
            frame[6 + i] = (byte) (POD.mac() >>> (40 - 8 * i));
        }
        POD.send(RawFrame.of(frame));
        settleAndCheck();
    }

    @FuzzTest(maxDuration = "3s")
    void anyTunnelPacket(byte[] bytes) {
        NODE_B.socket().send(NODE_A.underlayAddress(), bytes);
        settleAndCheck();
    }

    private static void settleAndCheck() {
        CLUSTER.settle();
        for (SimulatedNode node : new SimulatedNode[] {NODE_A, NODE_B}) {
            if (!node.worker().counters().balance().holds()) {
                throw new AssertionError(node + ": " + node.worker().counters());
            }
            node.host().drainFrames();
        }
        POD.drainFrames();
        OTHER.drainFrames();
        CLUSTER.underlay().drainSent();
    }
}
