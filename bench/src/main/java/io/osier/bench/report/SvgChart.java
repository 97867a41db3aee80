package io.osier.bench.report;

import io.osier.bench.result.Results;
import io.osier.bench.result.Results.Comparison;
import java.util.List;
import java.util.Locale;

/**
 * The comparisons as a picture: how many times as good as the other network Osier is, on a logarithmic scale. To the right of the
 * line is better, whether more or less of the thing is good. Fits light and dark pages.
 */
public final class SvgChart {
    private static final int WIDTH = 860;
    private static final int LABEL_WIDTH = 410;
    private static final int VALUE_WIDTH = 80;
    private static final int ROW_HEIGHT = 22;
    private static final int TOP = 64;
    private static final int FOOT = 44;
    private static final double LEAST = 0.1;
    private static final double MOST = 100;
    private static final double[] GRID = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};

    private static final String STYLE = """
            <style>
            text { font: 12px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 }
            .faint { fill: #656d76; font-size: 11px } .end { text-anchor: end } .middle { text-anchor: middle }
            .grid { stroke: #d1d9e0 } .even { stroke: #1f2328; stroke-width: 1.5 } .better { fill: #2da44e } .worse { fill: #d4a72c }
            .must { stroke: #cf222e; stroke-width: 2 } .aim { stroke: #0969da; stroke-width: 2 }
            .spread { stroke: #656d76 }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #3d444d } .even { stroke: #e6edf3 }
            .better { fill: #3fb950 } .worse { fill: #d29922 } .must { stroke: #f85149 } .aim { stroke: #4493f8 } .spread { stroke: #9198a1 } }
            </style>
            """;

    private final StringBuilder text = new StringBuilder();

    private SvgChart() {}

    /** Draws the comparisons that something is expected of; if there are none, all. */
    public static String of(Results results, Machine machine) {
        List<Comparison> measured = results.comparisons().stream()
                .filter(comparison -> !Double.isNaN(comparison.ratio().median()))
                .toList();
        List<Comparison> expected =
                measured.stream().filter(Comparison::hasMust).toList();
        return new SvgChart().draw(expected.isEmpty() ? measured : expected, machine);
    }

    private String draw(List<Comparison> comparisons, Machine machine) {
        int height = TOP + comparisons.size() * ROW_HEIGHT + FOOT;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
                        + "aria-label=\"Osier beside the kernel\">%n%s",
                WIDTH, height, STYLE);
        text(10, 22, "title", "Osier beside the kernel: how many times as good");
        text(10, 40, "faint", machine.line());
        for (double at : GRID) {
            double x = x(at);
            add(
                    "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                    at == 1 ? "even" : "grid", x, x, TOP - 4, height - FOOT);
            text(x, TOP - 8, "faint middle", (at < 1 ? String.valueOf(at) : String.valueOf((int) at)) + "×");
        }
        for (int i = 0; i < comparisons.size(); i++) {
            row(comparisons.get(i), TOP + i * ROW_HEIGHT);
        }
        text(
                10,
                height - 24,
                "faint",
                "Bars: median of the rounds' ratios; thin lines: smallest to largest; red marks: musts; blue marks: aims.");
        text(
                10,
                height - 8,
                "faint",
                "Right of 1× Osier is better. Times and costs count as better when they are smaller.");
        return text.append("</svg>\n").toString();
    }

    private void row(Comparison comparison, int top) {
        boolean higher = comparison.metric().higherIsBetter();
        double good = good(comparison.ratio().median(), higher);
        double from = Math.min(x(1), x(good));
        int middle = top + ROW_HEIGHT / 2;
        text(
                LABEL_WIDTH - 8,
                middle + 4,
                "end",
                comparison.metric().title()
                        + (comparison.bar().baseline().equals("kernel")
                                ? ""
                                : " (" + comparison.bar().baseline() + ")"));
        add(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                good >= 1 ? "better" : "worse", from, top + 4, Math.abs(x(good) - x(1)), ROW_HEIGHT - 8);
        add(
                "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                x(good(comparison.ratio().min(), higher)),
                x(good(comparison.ratio().max(), higher)),
                middle,
                middle);
        if (comparison.hasMust()) {
            mark("must", x(good(comparison.bar().must(), higher)), top);
            mark("aim", x(good(comparison.bar().aim(), higher)), top);
        }
        text(WIDTH - 10, middle + 4, "end", Numbers.of(good) + "×");
    }

    private void mark(String style, double x, int top) {
        add(
                "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                style, x, x, top + 3, top + ROW_HEIGHT - 3);
    }

    private static double good(double ratio, boolean higherIsBetter) {
        return higherIsBetter ? ratio : 1 / ratio;
    }

    private static double x(double ratio) {
        double clipped = Math.max(LEAST, Math.min(MOST, ratio));
        double share = Math.log(clipped / LEAST) / Math.log(MOST / LEAST);
        return LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - VALUE_WIDTH);
    }

    private void text(double x, int y, String styles, String words) {
        add("<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>%n", styles, x, y, escape(words));
    }

    private void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }

    private static String escape(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
