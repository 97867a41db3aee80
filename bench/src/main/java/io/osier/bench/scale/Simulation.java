package io.osier.bench.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A cluster of a plan's size, from nothing to all figures. One node is whole; all nodes, that one included, are counted for.
 */
final class Simulation {
    private static final String BEGINNING = "start of one node";

    private final ScalePlan plan;
    private final int rounds;
    private final int rate;
    private final Consumer<String> progress;

    /**
     * @param rounds how often each change is made
     * @param rate how many pods a second a rolling change replaces
     * @param progress is told what is being done
     */
    Simulation(ScalePlan plan, int rounds, int rate, Consumer<String> progress) {
        this.plan = plan;
        this.rounds = rounds;
        this.rate = rate;
        this.progress = progress;
    }

    List<Figure> run(Path scratch) throws IOException, InterruptedException {
        List<Figure> figures = new ArrayList<>();
        try (SimulatedCluster cluster = new SimulatedCluster(plan)) {
            progress.accept("making " + plan.nodes() + " nodes, " + plan.pods() + " pods and " + plan.services()
                    + " services ...");
            cluster.fill();
            progress.accept("one node gets to know them ...");
            try (WholeNode node = new WholeNode(cluster.members().get(0))) {
                figures.addAll(StateMeasurement.take(cluster, node, scratch));
                progress.accept("all other nodes begin to watch ...");
                List<CountingNode> others = watchers(cluster);
                figures.addAll(firstSight(others.get(0)));
                progress.accept("changes, one by one ...");
                figures.addAll(ChangeMeasurement.take(cluster, node, others, rounds));
                progress.accept("a minute of quiet, and " + rate + " pods a second ...");
                figures.addAll(LoadMeasurement.take(cluster, node, others, rate));
                others.forEach(CountingNode::close);
            }
        }
        return figures;
    }

    private static List<CountingNode> watchers(SimulatedCluster cluster) {
        return cluster.members().stream()
                .map(member -> new CountingNode(cluster.store()))
                .toList();
    }

    private static List<Figure> firstSight(CountingNode one) {
        return List.of(
                Figure.counted(BEGINNING, "told to it", (double) one.events(), "events"),
                Figure.counted(BEGINNING, "told to it", one.bytes() / 1e6, "MB"));
    }
}
