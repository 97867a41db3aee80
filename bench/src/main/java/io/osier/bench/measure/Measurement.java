package io.osier.bench.measure;

import io.osier.bench.result.Metric;
import io.osier.bench.traffic.Effort;
import java.util.List;

/** One way of measuring, which may tell several metrics at once. */
public interface Measurement {
    List<Metric> metrics();

    /** Measures once; a value for each of the metrics, in their order. */
    List<Double> take(Subject subject, Effort effort) throws InterruptedException;
}
