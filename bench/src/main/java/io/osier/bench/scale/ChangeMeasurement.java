package io.osier.bench.scale;

import io.osier.bench.result.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What one change costs one node, and how many hear of it. Each is made some times; medians count. */
final class ChangeMeasurement {
    private final SimulatedCluster cluster;
    private final WholeNode node;
    private final List<CountingNode> others;
    private final int rounds;
    private final List<Figure> figures = new ArrayList<>();

    /** A change of the cluster's state; numbered so that no two are alike. */
    @FunctionalInterface
    interface Change {
        void make(int number);
    }

    private record Sample(double parseMillis, WholeNode.Round round, StoreTally asked, long events, long bytes) {}

    private ChangeMeasurement(SimulatedCluster cluster, WholeNode node, List<CountingNode> others, int rounds) {
        this.cluster = cluster;
        this.node = node;
        this.others = others;
        this.rounds = rounds;
    }

    static List<Figure> take(SimulatedCluster cluster, WholeNode node, List<CountingNode> others, int rounds) {
        ChangeMeasurement measurement = new ChangeMeasurement(cluster, node, others, rounds);
        measurement.measure("one pod turns", cluster::turnPod);
        measurement.measure("one service's endpoints change", cluster::turnEndpoints);
        measurement.measureNodes();
        return measurement.figures;
    }

    private void measure(String what, Change change) {
        List<Sample> samples = new ArrayList<>();
        int warmUp = (rounds + 1) / 2;
        for (int i = 0; i < warmUp + rounds; i++) {
            int number = i;
            Sample sample = sample(() -> change.make(number));
            if (i >= warmUp) {
                samples.add(sample);
            }
        }
        report(what, samples);
    }

    /** Joining and leaving by turns, so that the cluster is as large as it was. */
    private void measureNodes() {
        List<Sample> joins = new ArrayList<>();
        List<Sample> leaves = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            joins.add(sample(cluster::join));
            leaves.add(sample(cluster::removeLast));
        }
        report("one node joins", joins);
        report("one node is deleted", leaves);
    }

    private Sample sample(Runnable change) {
        node.parse().reset();
        others.forEach(CountingNode::reset);
        StoreTally before = cluster.store().tally();
        change.run();
        StoreTally asked = cluster.store().tally().since(before);
        return new Sample(
                node.parse().cpuMillis(),
                node.round(),
                asked,
                others.stream().mapToLong(CountingNode::events).sum(),
                others.stream().mapToLong(CountingNode::bytes).sum());
    }

    private void report(String what, List<Sample> samples) {
        time(what, "events parsed", samples, Sample::parseMillis);
        time(what, "changes taken", samples, sample -> sample.round().changes().cpuMillis());
        time(what, "compile", samples, sample -> sample.round().compile().cpuMillis());
        time(
                what,
                "adopt, packets waiting",
                samples,
                sample -> sample.round().adopt().cpuMillis());
        time(what, "own pods found", samples, sample -> sample.round().pick().cpuMillis());
        time(
                what,
                "all of it",
                samples,
                sample -> sample.parseMillis() + sample.round().cpuMillis());
        figures.add(Figure.measured(
                what,
                "garbage of the round",
                median(samples, sample -> sample.round().allocatedMegabytes()),
                "MB"));
        count(what, "services compiled", samples, sample -> sample.round().services(), "services");
        count(
                what,
                "writes to the store",
                samples,
                sample -> (double) sample.asked().writes(),
                "writes");
        count(what, "reads from the store", samples, sample -> sample.asked().readBytes() / 1e3, "kB");
        count(what, "told to all nodes", samples, sample -> (double) sample.events(), "events");
        count(what, "told to all nodes", samples, sample -> sample.bytes() / 1e3, "kB");
    }

    private void time(String what, String name, List<Sample> samples, ToDoubleFunction<Sample> of) {
        figures.add(Figure.measured(what, name, median(samples, of), "ms CPU"));
    }

    private void count(String what, String name, List<Sample> samples, ToDoubleFunction<Sample> of, String unit) {
        figures.add(Figure.counted(what, name, median(samples, of), unit));
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> of) {
        return Statistics.of(samples.stream().mapToDouble(of).boxed().toList()).median();
    }
}
