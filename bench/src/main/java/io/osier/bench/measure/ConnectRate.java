package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.Rig;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Ports;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** How many connections can be made, used for one question, and closed. */
final class ConnectRate implements Measurement {
    static final int THREADS = 8;

    private final Traffic traffic;
    private final Place place;
    private final Metric metric;

    ConnectRate(Traffic traffic, Place place) {
        this.traffic = traffic;
        this.place = place;
        metric = Metric.higher("connect-" + place.id, "TCP connections, " + place.words, "1/s", Bar.none("kernel"));
    }

    @Override
    public List<Metric> metrics() {
        return List.of(metric);
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        Rig rig = subject.rig();
        return List.of(traffic.connections(
                        rig.client(), List.of(place.target(rig).address()), Ports.TCP, effort.connectMillis(), THREADS)
                .perSecond());
    }
}
