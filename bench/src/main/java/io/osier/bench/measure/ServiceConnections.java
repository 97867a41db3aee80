package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.Rig;
import io.osier.bench.rig.ServicePlan;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** Connections through services: how many by eight clients at once, and how soon the first packet is answered for one alone. */
final class ServiceConnections implements Measurement {
    private final Traffic traffic;
    private final ServicePlan plan;
    private final List<Metric> metrics;

    ServiceConnections(Traffic traffic, ServicePlan plan) {
        this.traffic = traffic;
        this.plan = plan;
        String among = plan.count() == 1 ? "1 service" : "%,d services".formatted(plan.count());
        metrics = List.of(
                Metric.higher(
                        "service-connect-" + plan.count(),
                        "TCP connections through one of " + among,
                        "1/s",
                        ServiceSuite.barAmongMost(plan, 1.0, 5.0),
                        Bar.none("nftables")),
                Metric.lower(
                        "service-first-" + plan.count(),
                        "First packet through one of " + among + ", p50",
                        "µs",
                        Bar.none("iptables"),
                        Bar.none("nftables")));
    }

    @Override
    public List<Metric> metrics() {
        return metrics;
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        Rig rig = subject.rig();
        List<String> addresses =
                plan.tried().stream().map(ServicePlan.ServiceEntry::address).toList();
        double perSecond = traffic.connections(
                        rig.client(), addresses, ServicePlan.PORT, effort.connectMillis(), ConnectRate.THREADS)
                .perSecond();
        Traffic.Latency first = traffic.connections(
                        rig.client(), addresses, ServicePlan.PORT, effort.connectMillis() / 2, 1)
                .connecting();
        return List.of(perSecond, first.p50Nanos() / 1e3);
    }
}
