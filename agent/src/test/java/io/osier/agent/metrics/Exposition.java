package io.osier.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader of Prometheus' text format 0.0.4 that lets nothing pass: each family has help, type and then its samples in one
 * piece, no sample comes twice, counters end in {@code _total}, histograms are cumulative and agree with their count.
 */
public final class Exposition {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(\\{" + LABEL + "(?:," + LABEL + ")*\\})? (\\S+)");
    private static final Pattern BOUND = Pattern.compile(",?le=\"([^\"]+)\"");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();

    private Exposition() {}

    /** Reads a page; anything that is not as it should be is an {@link AssertionError}. */
    public static Exposition read(String page) {
        assertThat(page).endsWith("\n");
        Exposition read = new Exposition();
        Set<String> helped = new HashSet<>();
        String family = "";
        for (String line : page.substring(0, page.length() - 1).split("\n", -1)) {
            if (line.startsWith("# HELP ")) {
                family = line.split(" ", 4)[2];
                assertThat(helped.add(family)).as("one piece: %s", line).isTrue();
            } else if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                assertThat(words[2]).as(line).isEqualTo(family);
                assertThat(words[3]).as(line).isIn("counter", "gauge", "histogram");
                assertThat(read.types.put(family, words[3])).as(line).isNull();
            } else {
                read.sample(family, line);
            }
        }
        read.types.forEach(read::check);
        return read;
    }

    private void sample(String family, String line) {
        Matcher matcher = SAMPLE.matcher(line);
        assertThat(matcher.matches()).as("a sample: %s", line).isTrue();
        String name = matcher.group(1);
        String type = types.get(family);
        assertThat(type).as("typed before: %s", line).isNotNull();
        Set<String> names = "histogram".equals(type)
                ? Set.of(family + "_bucket", family + "_sum", family + "_count")
                : Set.of(family);
        assertThat(names).as(line).contains(name);
        String labels = matcher.group(2) == null ? "" : matcher.group(2);
        double value = Double.parseDouble(matcher.group(3));
        assertThat(samples.put(name + labels, value)).as("once: %s", line).isNull();
    }

    private void check(String family, String type) {
        if (type.equals("counter")) {
            assertThat(family).endsWith("_total");
            samples.forEach((sample, value) -> {
                if (sample.equals(family) || sample.startsWith(family + "{")) {
                    assertThat(value).as(sample).isNotNegative();
                }
            });
        }
        if (type.equals("histogram")) {
            checkHistogram(family);
        }
    }

    private void checkHistogram(String family) {
        Map<String, TreeMap<Double, Double>> buckets = new HashMap<>();
        samples.forEach((sample, value) -> {
            if (sample.startsWith(family + "_bucket{")) {
                Matcher bound = BOUND.matcher(sample);
                assertThat(bound.find()).as(sample).isTrue();
                String rest = bound.replaceFirst("").substring((family + "_bucket").length());
                double le =
                        bound.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound.group(1));
                buckets.computeIfAbsent(rest.equals("{}") ? "" : rest, key -> new TreeMap<>())
                        .put(le, value);
            }
        });
        buckets.forEach((labels, byBound) -> {
            List<Double> counts = new ArrayList<>(byBound.values());
            assertThat(counts).as(family).isSorted();
            assertThat(byBound.lastEntry().getKey()).as(family).isInfinite();
            assertThat(byBound.lastEntry().getValue()).isEqualTo(samples.get(family + "_count" + labels));
            assertThat(samples).containsKey(family + "_sum" + labels);
        });
    }

    /** The families and their types. */
    public Map<String, String> types() {
        return types;
    }

    /** The value of a sample, by its name and labels as they are printed. */
    public double value(String sample) {
        assertThat(samples).containsKey(sample);
        return Objects.requireNonNull(samples.get(sample));
    }

    /** The sum of all samples of a name. */
    public double sum(String name) {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().startsWith(name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
