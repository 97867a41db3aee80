package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.Rig;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** How many datagrams arrive. */
final class UdpRate implements Measurement {
    private static final List<Integer> SMALL = List.of(64);
    /** Seven small ones, four middling, one large: the mix that router makers test with, as payloads. */
    private static final List<Integer> MIX = List.of(64, 64, 536, 64, 536, 64, 1400, 64, 536, 64, 536, 64);

    private final Traffic traffic;
    private final int flows;
    private final Place place;
    private final Metric metric;

    private UdpRate(Traffic traffic, int flows, Place place, Metric metric) {
        this.traffic = traffic;
        this.flows = flows;
        this.place = place;
        this.metric = metric;
    }

    static UdpRate oneFlow(Traffic traffic, Place place, Bar bar) {
        return new UdpRate(
                traffic,
                1,
                place,
                Metric.higher("udp-one-" + place.id, "UDP, 64 bytes, 1 flow, " + place.words, "kpps", bar));
    }

    static UdpRate mixed(Traffic traffic, Place place, Bar bar) {
        return new UdpRate(
                traffic,
                64,
                place,
                Metric.higher("udp-mix-" + place.id, "UDP, mixed sizes, 64 flows, " + place.words, "kpps", bar));
    }

    @Override
    public List<Metric> metrics() {
        return List.of(metric);
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        Rig rig = subject.rig();
        double perSecond = traffic.datagramsPerSecond(
                rig.client(), place.target(rig), flows, flows == 1 ? SMALL : MIX, effort.udpMillis());
        return List.of(perSecond / 1e3);
    }
}
