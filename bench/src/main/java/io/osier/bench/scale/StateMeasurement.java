package io.osier.bench.scale;

import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.store.RememberedStore;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.forwarding.ForwardingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What one node holds: entries of its tables, and by how much the heap grows with each part. */
final class StateMeasurement {
    private static final String GROUP = "state of one node";
    private static final String START = "start of one node";
    private static final double MEGABYTE = 1e6;
    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 200;

    private final SimulatedCluster cluster;
    private final List<Figure> figures = new ArrayList<>();
    private long usedBytes;

    private StateMeasurement(SimulatedCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Measures while a node begins.
     *
     * @param node has not begun; has when this returns
     * @param scratch where a file of what is known may be written
     */
    static List<Figure> take(SimulatedCluster cluster, WholeNode node, Path scratch)
            throws IOException, InterruptedException {
        StateMeasurement measurement = new StateMeasurement(cluster);
        measurement.knowTheCluster(node);
        measurement.remember(scratch);
        return measurement.figures;
    }

    private void knowTheCluster(WholeNode node) {
        usedBytes = Heap.usedBytes();
        node.begin(cluster.store());
        figures.add(heap("cluster cache"));
        figures.add(Figure.measured(START, "parsing everything", node.parse().cpuMillis(), "ms CPU"));
        WholeNode.Round first = node.round();
        figures.add(heap("forwarding state and the compiler's memory"));
        figures.add(Figure.measured(START, "first round", first.cpuMillis(), "ms CPU"));
        count(node.cluster(), node.state());
    }

    private void count(ClusterState state, ForwardingState forwarding) {
        count("cache: nodes", state.nodes().size());
        count("cache: pods", state.pods().size());
        count("cache: services", state.services().size());
        count("cache: endpoints by hand", state.endpoints().size());
        count("peers", forwarding.peers().size());
        count("routes", forwarding.routes().routes().size());
        count("service table", forwarding.services().services().size());
        count(
                "backends",
                forwarding.services().services().stream()
                        .mapToLong(service -> service.backends().size())
                        .sum());
    }

    private void count(String table, long entries) {
        figures.add(Figure.counted(GROUP, table, (double) entries, "entries"));
    }

    private Figure heap(String what) {
        long before = usedBytes;
        usedBytes = Heap.usedBytes();
        return Figure.measured(GROUP, what, (usedBytes - before) / MEGABYTE, "MB heap");
    }

    /** What an agent keeps besides where its store is etcd: what it was told, as it was told. */
    private void remember(Path scratch) throws IOException, InterruptedException {
        Path file = scratch.resolve("last-known");
        StateStore remote = new RemoteStore(cluster.store(), new Effort());
        RememberedStore remembered = RememberedStore.open(remote, () -> {}, "simulated", file, "scale");
        AgentWatches.CACHE.forEach(prefix -> remembered.watch(prefix, event -> {}));
        awaitFile(file);
        figures.add(heap("last known state, for when etcd is away"));
        figures.add(Figure.counted(GROUP, "last known state's file", Files.size(file) / MEGABYTE, "MB on disk"));
        remembered.close();
    }

    /** Until it is written: meanwhile there is a copy of everything. */
    private static void awaitFile(Path file) throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(file)) {
            if (System.nanoTime() - endNanos >= 0) {
                throw new IOException(file + " was not written in " + PATIENCE_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // for the writer to let go of it
    }
}
