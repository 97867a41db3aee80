package io.osier.bench.result;

import io.osier.bench.result.Metric.Bar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Everything that was measured, in the order in which it was. */
public final class Results {
    public static final String OSIER = "osier";

    private final Map<Metric, Map<String, List<Double>>> samples = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private double busyBefore = Double.NaN;
    private double commandSeconds = Double.NaN;

    public void add(Metric metric, String subject, double value) {
        samples.computeIfAbsent(metric, key -> new LinkedHashMap<>())
                .computeIfAbsent(subject, key -> new ArrayList<>())
                .add(value);
    }

    /** Something could not be measured. */
    public void addFailure(String line) {
        failures.add(line);
    }

    /** Notes how busy the machine was while nothing was being measured: the share of all its processors, 0 to 1. */
    public void setBusyBefore(double share) {
        busyBefore = share;
    }

    /** The share of all processors that was busy before anything was measured; NaN if nobody looked. */
    public double busyBefore() {
        return busyBefore;
    }

    /** Notes how long the command line needs for itself, which is in the time to apply services. */
    public void setCommandSeconds(double seconds) {
        commandSeconds = seconds;
    }

    /** How long the command line needs for itself; NaN if nobody looked. */
    public double commandSeconds() {
        return commandSeconds;
    }

    public List<String> failures() {
        return List.copyOf(failures);
    }

    public List<Metric> metrics() {
        return List.copyOf(samples.keySet());
    }

    public List<String> subjects(Metric metric) {
        return List.copyOf(samples.getOrDefault(metric, Map.of()).keySet());
    }

    public List<Double> samples(Metric metric, String subject) {
        return List.copyOf(samples.getOrDefault(metric, Map.of()).getOrDefault(subject, List.of()));
    }

    /** Osier beside one other network. */
    public record Comparison(Metric metric, Bar bar, Statistics osier, Statistics baseline, Statistics ratio) {
        public boolean hasMust() {
            return !Double.isNaN(bar.must());
        }

        public boolean meetsMust() {
            return metric.meets(ratio.median(), bar.must());
        }

        public boolean meetsAim() {
            return metric.meets(ratio.median(), bar.aim());
        }
    }

    /**
     * Every comparison that was asked for and can be made. The ratio is the median of the rounds' own, so that what slows the
     * machine down for a while slows both of a pair.
     */
    public List<Comparison> comparisons() {
        List<Comparison> comparisons = new ArrayList<>();
        for (Metric metric : samples.keySet()) {
            List<Double> osier = samples(metric, OSIER);
            for (Bar bar : metric.bars()) {
                List<Double> baseline = samples(metric, bar.baseline());
                int pairs = Math.min(osier.size(), baseline.size());
                List<Double> ratios = IntStream.range(0, pairs)
                        .mapToObj(i -> osier.get(i) / baseline.get(i))
                        .toList();
                if (!osier.isEmpty() || !baseline.isEmpty()) {
                    comparisons.add(new Comparison(
                            metric, bar, Statistics.of(osier), Statistics.of(baseline), Statistics.of(ratios)));
                }
            }
        }
        return comparisons;
    }

    /** The comparisons whose must was not met, or could not be looked at. */
    public List<Comparison> missed() {
        return comparisons().stream()
                .filter(comparison -> comparison.hasMust() && !comparison.meetsMust())
                .toList();
    }
}
