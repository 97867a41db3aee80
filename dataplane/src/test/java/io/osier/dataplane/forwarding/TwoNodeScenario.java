package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.simulation.ArpBuilder;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import org.junit.jupiter.api.AfterEach;

/** Two nodes: {@code client} and {@code near} are pods of the first, {@code far} is one of the second. */
abstract class TwoNodeScenario {
    static final String CLIENT = "10.32.0.2";
    static final String NEAR = "10.32.0.3";
    static final String FAR = "10.32.1.2";
    static final String GATEWAY_A = "10.32.0.1";
    static final String GATEWAY_B = "10.32.1.1";

    final SimulatedCluster cluster = new SimulatedCluster(1);
    final SimulatedNode nodeA = cluster.node("node-a", "10.32.0.0/24");
    final SimulatedNode nodeB = cluster.node("node-b", "10.32.1.0/24");
    final MemoryPort client = nodeA.pod(CLIENT);
    final MemoryPort near = nodeA.pod(NEAR);
    final MemoryPort far = nodeB.pod(FAR);

    /** After every test: in = out + dropped + held, on both nodes. */
    @AfterEach
    void accountsBalance() {
        cluster.close();
    }

    void send(MemoryPort from, PacketBuilder... packets) {
        from.send(packets);
        cluster.settle();
    }

    void send(MemoryPort from, RawFrame... frames) {
        from.send(frames);
        cluster.settle();
    }

    void send(MemoryPort from, ArpBuilder arp) {
        from.send(arp);
        cluster.settle();
    }

    static long macOf(String address) {
        return MacAddress.ofPod(IpAddress.parse(address).v4Bits());
    }
}
