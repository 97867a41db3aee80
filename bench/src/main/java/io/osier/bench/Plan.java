package io.osier.bench;

import io.osier.bench.measure.Measurement;
import io.osier.bench.measure.PlainSuite;
import io.osier.bench.measure.ServiceSuite;
import io.osier.bench.measure.ServiceSuite.Stage;
import io.osier.bench.result.Metric;
import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Traffic;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be measured.
 *
 * @param plain from pod to pod
 * @param stages through services; a stage's load is measured if its metric is chosen, and done in any case
 * @param prefixes what the names of the metrics that are wanted begin with; none for all
 */
record Plan(List<Measurement> plain, List<Stage> stages, List<String> prefixes) {
    private static final int QUICK_SERVICES = 1_000;

    /** What a list of metrics needs no programs for. */
    static Plan all() {
        return of(false, new Traffic(new Shell(), ""));
    }

    static Plan of(boolean quick, Traffic traffic) {
        return new Plan(
                PlainSuite.of(traffic),
                ServiceSuite.of(traffic, quick ? QUICK_SERVICES : ServiceSuite.MOST),
                List.of());
    }

    /** The part of it whose names begin so. */
    Plan only(List<String> wanted) {
        if (wanted.isEmpty()) {
            return this;
        }
        Plan chosen = new Plan(plain, stages, wanted);
        return new Plan(
                plain.stream().filter(chosen::wants).toList(),
                stages.stream()
                        .filter(stage -> chosen.wantsLoad(stage)
                                || stage.measurements().stream().anyMatch(chosen::wants))
                        .toList(),
                wanted);
    }

    boolean wants(Measurement measurement) {
        return prefixes.isEmpty()
                || measurement.metrics().stream()
                        .anyMatch(metric -> prefixes.stream().anyMatch(metric.id()::startsWith));
    }

    boolean wantsLoad(Stage stage) {
        return stage.measuresLoad() && wants(stage.load());
    }

    boolean isEmpty() {
        return plain.isEmpty() && stages.isEmpty();
    }

    List<Metric> metrics() {
        List<Measurement> measurements = new ArrayList<>(plain);
        for (Stage stage : stages) {
            if (stage.measuresLoad()) {
                measurements.add(stage.load());
            }
            measurements.addAll(stage.measurements());
        }
        return measurements.stream()
                .flatMap(measurement -> measurement.metrics().stream())
                .toList();
    }
}
