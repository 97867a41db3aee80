package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;

/** Whatever comes in by a pod, the host or the tunnel: nothing is thrown, and every packet is accounted for. */
abstract class FuzzedForwarder {
    private static final SimulatedCluster CLUSTER = new SimulatedCluster(1);
    static final SimulatedNode NODE_A = CLUSTER.node("node-a", "10.32.0.0/24");
    static final SimulatedNode NODE_B = CLUSTER.node("node-b", "10.32.1.0/24");
    static final MemoryPort POD = NODE_A.pod("10.32.0.2");
    private static final MemoryPort OTHER = NODE_B.pod("10.32.1.2");

    static {
        CLUSTER.service("default/web", IpProtocol.TCP, "10.96.0.10", 80, "10.32.0.2:8080", "10.32.1.2:8080");
        CLUSTER.service("default/dns", IpProtocol.UDP, "10.96.0.10", 53, "10.32.1.2:53");
        CLUSTER.service("default/none", IpProtocol.TCP, "10.96.0.11", 80);
        CLUSTER.publish();
    }

    static void settleAndCheck() {
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
