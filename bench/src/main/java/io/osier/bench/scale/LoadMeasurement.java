package io.osier.bench.scale;

import java.util.ArrayList;
import java.util.List;

/** What the store has to do in a second of the cluster's life, and what a node has to do about it. */
final class LoadMeasurement {
    private static final String STEADY = "a second in which nothing changes";
    private static final int BEAT_SECONDS = 10;
    private static final int STEADY_SECONDS = 60;
    private static final int ROLLING_SECONDS = 10;
    /** So many rounds a node makes at most while changes come without end. */
    private static final int ROUNDS_PER_SECOND = 4;

    private final SimulatedCluster cluster;
    private final WholeNode node;
    private final List<CountingNode> others;
    private final List<Figure> figures = new ArrayList<>();

    private LoadMeasurement(SimulatedCluster cluster, WholeNode node, List<CountingNode> others) {
        this.cluster = cluster;
        this.node = node;
        this.others = others;
    }

    /** @param rate how many pods a second are replaced */
    static List<Figure> take(SimulatedCluster cluster, WholeNode node, List<CountingNode> others, int rate) {
        LoadMeasurement measurement = new LoadMeasurement(cluster, node, others);
        measurement.steady();
        measurement.rolling(rate);
        measurement.readAll();
        return measurement.figures;
    }

    private void second(int number) {
        for (Member member : cluster.members()) {
            cluster.probe();
            if (member.number() % BEAT_SECONDS == number % BEAT_SECONDS) {
                cluster.beat(member);
            }
        }
    }

    private void steady() {
        StoreTally before = begin();
        for (int i = 0; i < STEADY_SECONDS; i++) {
            second(i);
        }
        report(STEADY, before, STEADY_SECONDS);
    }

    private void rolling(int rate) {
        String what = "a second in which " + rate + " pods are replaced";
        StoreTally before = begin();
        double roundMillis = 0;
        double garbage = 0;
        int replaced = 0;
        for (int i = 0; i < ROLLING_SECONDS; i++) {
            second(i);
            for (int j = 1; j <= ROUNDS_PER_SECOND; j++) {
                while (replaced < i * rate + j * rate / ROUNDS_PER_SECOND) {
                    cluster.replacePod(replaced++);
                }
                WholeNode.Round round = node.round();
                roundMillis += round.cpuMillis();
                garbage += round.allocatedMegabytes();
            }
        }
        report(what, before, ROLLING_SECONDS);
        Effort parse = node.parse();
        figures.add(Figure.measured(what, "one node parses", parse.cpuMillis() / ROLLING_SECONDS, "ms CPU"));
        figures.add(Figure.measured(
                what, "one node makes " + ROUNDS_PER_SECOND + " rounds", roundMillis / ROLLING_SECONDS, "ms CPU"));
        figures.add(Figure.measured(
                what, "one node's garbage", (parse.allocatedMegabytes() + garbage) / ROLLING_SECONDS, "MB"));
    }

    private StoreTally begin() {
        node.parse().reset();
        others.forEach(CountingNode::reset);
        return cluster.store().tally();
    }

    private void report(String what, StoreTally before, int seconds) {
        StoreTally asked = cluster.store().tally().since(before);
        double events = (double) others.stream().mapToLong(CountingNode::events).sum();
        double bytes = (double) others.stream().mapToLong(CountingNode::bytes).sum();
        counted(what, "reads", (double) asked.reads() / seconds, "a second");
        counted(what, "read", asked.readBytes() / 1e6 / seconds, "MB");
        counted(what, "writes", (double) asked.writes() / seconds, "a second");
        counted(what, "of them watched", (double) watchedWrites(asked) / seconds, "a second");
        counted(what, "written", asked.writtenBytes() / 1e6 / seconds, "MB");
        counted(what, "events to all nodes", events / seconds, "a second");
        counted(what, "told to all nodes", bytes / 1e6 / seconds, "MB");
        counted(what, "told to one node", bytes / 1e6 / seconds / others.size(), "MB");
    }

    private static long watchedWrites(StoreTally asked) {
        return AgentWatches.CACHE.stream().mapToLong(asked::writesOf).sum();
    }

    private void counted(String what, String name, double value, String unit) {
        figures.add(Figure.counted(what, name, value, unit));
    }

    private void readAll() {
        String what = "one 'osier get pods'";
        StoreTally before = begin();
        Effort effort = Effort.of(cluster::readAllPods);
        counted(what, "read", cluster.store().tally().since(before).readBytes() / 1e6, "MB");
        figures.add(Figure.measured(what, "parsed", effort.cpuMillis(), "ms CPU"));
        figures.add(Figure.measured(what, "garbage", effort.allocatedMegabytes(), "MB"));
    }
}
