package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.ServiceControl.Load;
import io.osier.bench.rig.ServicePlan;
import io.osier.bench.traffic.CpuTime;
import io.osier.bench.traffic.Effort;
import java.util.List;

/** How long it takes a node from no services to many. */
final class ServiceLoad implements Measurement {
    private final ServicePlan plan;
    private final List<Metric> metrics;

    ServiceLoad(ServicePlan plan) {
        this.plan = plan;
        metrics = List.of(
                Metric.lower(
                        "service-load-" + plan.count(),
                        "Taking in %,d services".formatted(plan.count()),
                        "s",
                        ServiceSuite.barAmongMost(plan, 0.5, 0.05),
                        Bar.none("nftables")),
                Metric.lower(
                        "service-apply-" + plan.count(),
                        "Applying %,d services".formatted(plan.count()),
                        "s",
                        Bar.none("iptables"),
                        Bar.none("nftables")));
    }

    @Override
    public List<Metric> metrics() {
        return metrics;
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        subject.clearServices();
        CpuTime.awaitRest();
        Load load = subject.rig().services().load(plan);
        return List.of(load.takenInSeconds(), load.appliedSeconds());
    }
}
