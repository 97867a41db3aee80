package io.osier.bench.report;

import io.osier.bench.result.Results;
import io.osier.bench.result.Results.Comparison;
import java.util.ArrayList;
import java.util.List;

/** The results as a table for people: medians, and the smallest and largest in brackets. */
public final class TextTable {
    private static final List<String> HEAD =
            List.of("METRIC", "UNIT", "OSIER", "AGAINST", "ITS", "RATIO", "MUST", "AIM");

    private final Paint paint;

    public TextTable(Paint paint) {
        this.paint = paint;
    }

    public String of(Results results) {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        results.comparisons().forEach(comparison -> rows.add(row(comparison)));
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], Paint.plain(row.get(i)).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = row.get(i);
                line.append(cell)
                        .append(" ".repeat(widths[i] - Paint.plain(cell).length() + (i + 1 < widths.length ? 2 : 0)));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private List<String> row(Comparison comparison) {
        return List.of(
                comparison.metric().title(),
                comparison.metric().unit(),
                Numbers.of(comparison.osier()),
                comparison.bar().baseline(),
                Numbers.of(comparison.baseline()),
                paint.bold(Numbers.of(comparison.ratio())),
                bar(comparison, comparison.bar().must(), true),
                bar(comparison, comparison.bar().aim(), false));
    }

    private String bar(Comparison comparison, double bar, boolean must) {
        if (Double.isNaN(bar)) {
            return "";
        }
        String sign = comparison.metric().higherIsBetter() ? ">= " : "<= ";
        boolean met = comparison.metric().meets(comparison.ratio().median(), bar);
        String text = sign + Numbers.of(bar) + (met ? " met" : must ? " MISSED" : " not yet");
        return met ? paint.green(text) : must ? paint.red(text) : text;
    }
}
