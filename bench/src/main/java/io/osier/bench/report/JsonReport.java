package io.osier.bench.report;

import io.osier.agent.model.Json;
import io.osier.bench.result.Metric;
import io.osier.bench.result.Results;
import io.osier.bench.result.Results.Comparison;
import io.osier.bench.result.Statistics;
import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The results for programs: every sample, and what follows from them. */
public final class JsonReport {
    private JsonReport() {}

    /**
     * One object: {@code taken}, {@code machine}, {@code options}, {@code busyBefore}, {@code osierCommandSeconds}, {@code metrics[]} with {@code subjects.NAME.samples[]}, and
     * {@code comparisons[]}. What could not be measured is in {@code failures[]}.
     */
    public static ObjectNode of(Results results, Machine machine, Map<String, String> options, Instant taken) {
        ObjectNode report = Json.object().put("taken", taken.toString());
        machine.facts().forEach(report.putObject("machine")::put);
        options.forEach(report.putObject("options")::put);
        if (!Double.isNaN(results.busyBefore())) {
            report.put("busyBefore", results.busyBefore());
        }
        if (!Double.isNaN(results.commandSeconds())) {
            report.put("osierCommandSeconds", results.commandSeconds());
        }
        var metrics = report.putArray("metrics");
        results.metrics().forEach(metric -> metrics.add(metric(results, metric)));
        var comparisons = report.putArray("comparisons");
        results.comparisons().forEach(comparison -> comparisons.add(comparison(comparison)));
        var failures = report.putArray("failures");
        results.failures().forEach(failures::add);
        return report;
    }

    private static ObjectNode metric(Results results, Metric metric) {
        ObjectNode object = Json.object()
                .put("id", metric.id())
                .put("title", metric.title())
                .put("unit", metric.unit())
                .put("better", metric.higherIsBetter() ? "higher" : "lower");
        ObjectNode subjects = object.putObject("subjects");
        for (String subject : results.subjects(metric)) {
            ObjectNode entry = subjects.putObject(subject);
            put(entry, Statistics.of(results.samples(metric, subject)));
            var samples = entry.putArray("samples");
            results.samples(metric, subject).forEach(samples::add);
        }
        return object;
    }

    private static ObjectNode comparison(Comparison comparison) {
        ObjectNode object = Json.object()
                .put("metric", comparison.metric().id())
                .put("baseline", comparison.bar().baseline());
        put(object.putObject("ratio"), comparison.ratio());
        if (comparison.hasMust()) {
            object.put("must", comparison.bar().must())
                    .put("mustMet", comparison.meetsMust())
                    .put("aim", comparison.bar().aim())
                    .put("aimMet", comparison.meetsAim());
        }
        return object;
    }

    private static void put(ObjectNode object, Statistics statistics) {
        if (!Double.isNaN(statistics.median())) {
            object.put("median", statistics.median())
                    .put("min", statistics.min())
                    .put("max", statistics.max());
        }
    }
}
