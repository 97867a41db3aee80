package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.ServicePlan;
import io.osier.bench.traffic.Effort;
import java.util.List;

/** How long it takes from no services to many. */
final class ServiceLoad implements Measurement {
    private final ServicePlan plan;
    private final Metric metric;

    ServiceLoad(ServicePlan plan) {
        this.plan = plan;
        metric = Metric.lower(
                "service-load-" + plan.count(),
                "Taking in %,d services".formatted(plan.count()),
                "s",
                ServiceSuite.barAmongMost(plan, 0.5, 0.05),
                Bar.none("nftables"));
    }

    @Override
    public List<Metric> metrics() {
        return List.of(metric);
    }

    @Override
    public List<Double> take(Subject subject, Effort effort) throws InterruptedException {
        subject.clearServices();
        CpuTime.awaitRest();
        return List.of(subject.rig().services().loadSeconds(plan));
    }
}
