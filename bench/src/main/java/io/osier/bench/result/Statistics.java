package io.osier.bench.result;

import java.util.Collections;
import java.util.List;

/**
 * What several takes of one thing come to.
 *
 * @param median the middle one, or between the two middle ones; NaN if there are none
 */
public record Statistics(double median, double min, double max) {
    public static Statistics of(List<Double> samples) {
        if (samples.isEmpty()) {
            return new Statistics(Double.NaN, Double.NaN, Double.NaN);
        }
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Statistics(median, Collections.min(sorted), Collections.max(sorted));
    }
}
