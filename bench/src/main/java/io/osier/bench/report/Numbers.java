package io.osier.bench.report;

import io.osier.bench.result.Statistics;
import java.util.Locale;

/** Numbers with three significant digits. */
final class Numbers {
    private Numbers() {}

    static String of(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        String format = size >= 100 || size == 0 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** {@code 9.41 (8.90-9.77)}. */
    static String of(Statistics statistics) {
        return Double.isNaN(statistics.median())
                ? "-"
                : of(statistics.median()) + " (" + of(statistics.min()) + "-" + of(statistics.max()) + ")";
    }
}
