package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.Rig;
import io.osier.bench.traffic.CpuTime;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** How much TCP carries, and what that costs in processor time. */
final class TcpThroughput implements Measurement {
    private static final double GIGA = 1e9;

    private final Traffic traffic;
    private final int streams;
    private final Place place;
    private final List<Metric> metrics;

    TcpThroughput(Traffic traffic, int streams, Place place, double must) {
        this.traffic = traffic;
        this.streams = streams;
        this.place = place;
        String id = "tcp-" + streams + "-" + place.id;
        String title = "TCP, " + (streams == 1 ? "1 stream" : streams + " streams") + ", " + place.words;
        metrics = List.of(
                Metric.higher(id, title, "Gb/s", new Bar("kernel", must, 1.0)),
                Metric.lower(id + "-cpu", title + ": processor time", "s/GB", Bar.none("kernel")));
    }

    @Override
    public List<Metric> metrics() {
        return metrics;
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        Rig rig = subject.rig();
        double before = CpuTime.busySeconds();
        Traffic.Streams carried = traffic.tcp(rig.client(), place.target(rig), streams, effort.tcpSeconds());
        double busySeconds = CpuTime.busySeconds() - before;
        if (carried.bytes() == 0) {
            throw new Shell.Failure("iperf3: nothing arrived");
        }
        return List.of(carried.bitsPerSecond() / GIGA, busySeconds / (carried.bytes() / GIGA));
    }
}
