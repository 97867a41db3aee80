package io.osier.bench.scale;

import io.osier.agent.model.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** The figures for people and for programs. */
final class ScaleReport {
    private ScaleReport() {}

    /** A block a group. */
    static String table(List<Figure> figures) {
        int width = figures.stream()
                .mapToInt(figure -> figure.name().length())
                .max()
                .orElse(0);
        Map<String, List<Figure>> groups =
                figures.stream().collect(Collectors.groupingBy(Figure::group, LinkedHashMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder();
        groups.forEach((group, members) -> {
            text.append(text.isEmpty() ? "" : "\n").append(group).append('\n');
            for (Figure figure : members) {
                text.append("  %s%s  %12s %s%n"
                        .formatted(
                                figure.name(),
                                " ".repeat(width - figure.name().length()),
                                number(figure.value()),
                                figure.unit()));
            }
        });
        return text.toString();
    }

    private static String number(double value) {
        double size = Math.abs(value);
        boolean whole = value == Math.rint(value) || size >= 1_000;
        return String.format(Locale.ROOT, whole ? "%,.0f" : size >= 10 ? "%,.1f" : "%.2f", value);
    }

    /** What the figures are of, and the figures: {@code plan}, {@code machine}, {@code figures[]}. */
    static ObjectNode json(ScalePlan plan, List<Figure> figures, Instant taken) {
        ObjectNode report = Json.object().put("taken", taken.toString());
        report.putObject("plan")
                .put("nodes", plan.nodes())
                .put("pods", plan.pods())
                .put("services", plan.services())
                .put("namespaces", plan.namespaces())
                .put("seed", plan.seed());
        report.putObject("machine")
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("java", System.getProperty("java.vm.version", ""))
                .put("maxHeapBytes", Runtime.getRuntime().maxMemory());
        var all = report.putArray("figures");
        for (Figure figure : figures) {
            all.add(Json.object()
                    .put("group", figure.group())
                    .put("name", figure.name())
                    .put("value", figure.value())
                    .put("unit", figure.unit())
                    .put("exact", figure.exact()));
        }
        return report;
    }
}
