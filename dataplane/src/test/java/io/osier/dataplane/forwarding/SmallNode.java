package io.osier.dataplane.forwarding;

import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import io.osier.dataplane.worker.WorkerConfig;

/** A node with two pods of {@link TwoNodeScenario}'s, {@code CLIENT} and {@code NEAR}, and room for few flows. */
final class SmallNode implements AutoCloseable {
    final SimulatedCluster cluster = new SimulatedCluster(1);
    final SimulatedNode node;
    final MemoryPort pod;
    final MemoryPort server;

    /** @param flows that the connection table takes */
    SmallNode(int flows) {
        node = cluster.node("node-a", "10.32.0.0/24", new WorkerConfig(1, flows, 64, 16));
        pod = node.pod(TwoNodeScenario.CLIENT);
        server = node.pod(TwoNodeScenario.NEAR);
    }

    void send(MemoryPort from, PacketBuilder... packets) {
        from.send(packets);
        cluster.settle();
    }

    /** In = out + dropped + held. */
    @Override
    public void close() {
        cluster.close();
    }
}
