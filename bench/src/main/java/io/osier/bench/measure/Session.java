package io.osier.bench.measure;

import io.osier.bench.result.Results;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Shell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Measures round by round, the networks by turns, and every other round in the opposite order. */
public final class Session {
    /** A measurement that takes longer gets fewer rounds, but at least one. */
    private static final Duration BUDGET = Duration.ofMinutes(5);

    private static final long SETTLE_MILLIS = 200;

    private final int rounds;
    private final Effort effort;
    private final Results results;
    private final Consumer<String> progress;

    /** @param progress told in a line what is being done */
    public Session(int rounds, Effort effort, Results results, Consumer<String> progress) {
        this.rounds = rounds;
        this.effort = effort;
        this.results = results;
        this.progress = progress;
    }

    /**
     * Measures one thing.
     *
     * @param subjects by the name that their results go under
     * @param warmUp whether to go through it once beforehand
     */
    public void measure(Measurement measurement, Map<String, Subject> subjects, boolean warmUp)
            throws InterruptedException {
        String title = measurement.metrics().get(0).title();
        if (warmUp) {
            progress.accept(title + ": warming up");
            for (Map.Entry<String, Subject> subject : subjects.entrySet()) {
                take(measurement, subject, Effort.WARM_UP);
            }
        }
        long start = System.nanoTime();
        List<Map.Entry<String, Subject>> order = new ArrayList<>(subjects.entrySet());
        for (int round = 1; round <= rounds; round++) {
            Map<String, List<Double>> taken = new LinkedHashMap<>();
            for (Map.Entry<String, Subject> subject : order) {
                progress.accept("%s: round %d of %d, %s".formatted(title, round, rounds, subject.getKey()));
                List<Double> values = take(measurement, subject, effort);
                if (!values.isEmpty()) {
                    taken.put(subject.getKey(), values);
                }
            }
            // Ratios are of pairs: a round that somebody missed is nobody's.
            if (taken.size() == order.size()) {
                record(measurement, taken);
            }
            Collections.reverse(order);
            if (System.nanoTime() - start > BUDGET.toNanos()) {
                break;
            }
        }
    }

    private List<Double> take(Measurement measurement, Map.Entry<String, Subject> subject, Effort howMuch)
            throws InterruptedException {
        try {
            return measurement.take(subject.getValue(), howMuch);
        } catch (Shell.Failure | io.osier.agent.api.client.ApiException e) {
            // Ctrl-C ends the programs, too; whether it was that is known in a moment.
            Thread.sleep(SETTLE_MILLIS);
            String line = measurement.metrics().get(0).id() + ": " + subject.getKey() + ": " + e.getMessage();
            progress.accept(line);
            results.addFailure(line);
            return List.of();
        }
    }

    private void record(Measurement measurement, Map<String, List<Double>> taken) {
        taken.forEach((name, values) -> {
            for (int i = 0; i < values.size(); i++) {
                results.add(measurement.metrics().get(i), name, values.get(i));
            }
        });
    }
}
