package io.osier.bench.result;

import java.util.List;

/**
 * Something that is measured.
 *
 * @param id what it is called by {@code --only} and in JSON
 * @param title in words
 * @param unit of the values
 * @param higherIsBetter or lower
 * @param bars what is expected of Osier; one for each network that it is compared with
 */
public record Metric(String id, String title, String unit, boolean higherIsBetter, List<Bar> bars) {
    /**
     * Compares Osier with another network.
     *
     * @param baseline the other: {@code kernel}, {@code iptables}, {@code nftables}
     * @param must the ratio Osier / baseline that must be met; {@link Double#NaN} if none must
     * @param aim the ratio that is aimed at; or NaN
     */
    public record Bar(String baseline, double must, double aim) {
        public static Bar none(String baseline) {
            return new Bar(baseline, Double.NaN, Double.NaN);
        }
    }

    public static Metric higher(String id, String title, String unit, Bar... bars) {
        return new Metric(id, title, unit, true, List.of(bars));
    }

    public static Metric lower(String id, String title, String unit, Bar... bars) {
        return new Metric(id, title, unit, false, List.of(bars));
    }

    /** Whether a ratio is as good as this one or better; false if there is nothing to compare. */
    public boolean meets(double ratio, double bar) {
        return higherIsBetter ? ratio >= bar : ratio <= bar;
    }
}
