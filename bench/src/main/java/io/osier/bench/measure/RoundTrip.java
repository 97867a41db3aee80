package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.Rig;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** How long a small question and its answer take. */
final class RoundTrip implements Measurement {
    private static final int GAP_MICROS = 1_000;

    private final Traffic traffic;
    private final boolean busy;
    private final Place place;
    private final List<Metric> metrics;

    /** @param busy one after the other at once, or with a millisecond in between, when everything has fallen asleep */
    RoundTrip(Traffic traffic, boolean busy, Place place, Bar bar) {
        this.traffic = traffic;
        this.busy = busy;
        this.place = place;
        String id = (busy ? "rtt-busy-" : "rtt-1ms-") + place.id;
        String title = "Round trip, " + (busy ? "back to back, " : "every 1 ms, ") + place.words;
        metrics = List.of(
                Metric.lower(id + "-p50", title + ", p50", "µs", bar),
                Metric.lower(id + "-p99", title + ", p99", "µs", Bar.none("kernel")));
    }

    @Override
    public List<Metric> metrics() {
        return metrics;
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        Rig rig = subject.rig();
        Traffic.Latency latency = traffic.roundTrips(
                rig.client(),
                place.target(rig),
                busy ? effort.busyRoundTrips() : effort.pausedRoundTrips(),
                busy ? 0 : GAP_MICROS);
        return List.of(latency.p50Nanos() / 1e3, latency.p99Nanos() / 1e3);
    }
}
