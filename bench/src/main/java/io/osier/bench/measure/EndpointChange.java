package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.Rig;
import io.osier.bench.rig.ServiceControl;
import io.osier.bench.rig.ServicePlan;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/**
 * How long it takes from the order to give a service another endpoint until a new flow of a client reaches that endpoint. Seen by
 * the client, so that it is the same for every network.
 */
final class EndpointChange implements Measurement {
    private final Traffic traffic;
    private final ServicePlan plan;
    private final Metric metric;

    EndpointChange(Traffic traffic, ServicePlan plan) {
        this.traffic = traffic;
        this.plan = plan;
        metric = Metric.lower(
                "service-change-" + plan.count(),
                "One endpoint's change among %,d services".formatted(plan.count()),
                "ms",
                ServiceSuite.barAmongMost(plan, 0.2, 0.01),
                Bar.none("nftables"));
    }

    @Override
    public List<Metric> metrics() {
        return List.of(metric);
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        Rig rig = subject.rig();
        ServiceControl.Order back = rig.services().prepareChange(plan, false);
        ServiceControl.Order away = rig.services().prepareChange(plan, true);
        try (Traffic.Switches switches =
                traffic.watchSwitches(rig.client(), ServicePlan.SWITCHED.address(), ServicePlan.SWITCHED.port())) {
            back.give();
            switches.awaitNanos(rig.far());
            long start = System.nanoTime();
            away.give();
            return List.of((switches.awaitNanos(rig.farther()) - start) / 1e6);
        }
    }
}
