package io.osier.bench.measure;

import io.osier.bench.result.Metric.Bar;
import io.osier.bench.rig.ServicePlan;
import io.osier.bench.traffic.Traffic;
import java.util.List;

/** What is measured through services: few, many, very many. */
public final class ServiceSuite {
    /** Very many. */
    public static final int MOST = 10_000;

    private static final List<Integer> COUNTS = List.of(1, 1_000, MOST);

    /**
     * A number of services, and what is measured with them loaded.
     *
     * @param plan the services
     * @param load how loading them is measured, which leaves them loaded
     * @param measurements what is measured then
     */
    public record Stage(ServicePlan plan, Measurement load, List<Measurement> measurements) {
        /** Whether loading is worth a number: with a single service it is not. */
        public boolean measuresLoad() {
            return plan.count() > 1;
        }
    }

    /** What is expected only among very many. */
    static Bar barAmongMost(ServicePlan plan, double must, double aim) {
        return plan.count() == MOST ? new Bar("iptables", must, aim) : Bar.none("iptables");
    }

    private ServiceSuite() {}

    /** The stages with no more services than {@code most}. */
    public static List<Stage> of(Traffic traffic, int most) {
        return COUNTS.stream()
                .filter(count -> count <= most)
                .map(ServicePlan::new)
                .map(plan -> new Stage(plan, new ServiceLoad(plan), measurements(traffic, plan)))
                .toList();
    }

    private static List<Measurement> measurements(Traffic traffic, ServicePlan plan) {
        ServiceConnections connections = new ServiceConnections(traffic, plan);
        return plan.count() == 1 ? List.of(connections) : List.of(connections, new EndpointChange(traffic, plan));
    }
}
