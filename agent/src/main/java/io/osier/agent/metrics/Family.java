package io.osier.agent.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** The values of one name, to be added to; each with labels of its own. */
abstract class Family {
    /** @param labels names and values by turns */
    abstract Family add(long value, String... labels);

    abstract MetricSnapshot snapshot();

    /** Of values that only grow. */
    static final class OfCounters extends Family {
        private final CounterSnapshot.Builder family;

        OfCounters(String name, String help) {
            family = CounterSnapshot.builder().name(name).help(help);
        }

        @Override
        Family add(long value, String... labels) {
            family.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .value((double) value)
                    .labels(Labels.of(labels))
                    .build());
            return this;
        }

        @Override
        MetricSnapshot snapshot() {
            return family.build();
        }
    }

    /** Of values that come and go. */
    static final class OfGauges extends Family {
        private final GaugeSnapshot.Builder family;

        OfGauges(String name, String help) {
            family = GaugeSnapshot.builder().name(name).help(help);
        }

        @Override
        Family add(long value, String... labels) {
            family.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .value((double) value)
                    .labels(Labels.of(labels))
                    .build());
            return this;
        }

        @Override
        MetricSnapshot snapshot() {
            return family.build();
        }
    }
}
