package io.osier.bench.measure;

import io.osier.bench.result.Metric.Bar;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** What is measured from pod to pod, without services, and what is expected of it. */
public final class PlainSuite {
    private PlainSuite() {}

    public static List<Measurement> of(Traffic traffic) {
        Bar roundTripBar = new Bar("kernel", 1.0, 0.5);
        Bar wakingBar = new Bar("kernel", 2.5, 1.2);
        return List.of(
                new TcpThroughput(traffic, 1, Place.ACROSS, 0.80),
                new TcpThroughput(traffic, 8, Place.ACROSS, 0.75),
                new TcpThroughput(traffic, 1, Place.SAME, 0.80),
                new TcpThroughput(traffic, 8, Place.SAME, 0.55),
                UdpRate.oneFlow(traffic, Place.ACROSS, new Bar("kernel", 2.5, 4)),
                UdpRate.mixed(traffic, Place.ACROSS, new Bar("kernel", 1.2, 2)),
                UdpRate.oneFlow(traffic, Place.SAME, Bar.none("kernel")),
                UdpRate.mixed(traffic, Place.SAME, Bar.none("kernel")),
                new RoundTrip(traffic, true, Place.ACROSS, roundTripBar),
                new RoundTrip(traffic, true, Place.SAME, roundTripBar),
                new RoundTrip(traffic, false, Place.ACROSS, wakingBar),
                new RoundTrip(traffic, false, Place.SAME, wakingBar),
                new ConnectRate(traffic, Place.ACROSS),
                new ConnectRate(traffic, Place.SAME));
    }
}
