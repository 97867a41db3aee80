package io.osier.bench.scale;

import io.osier.agent.model.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code scripts/scale}. */
@Command(
        name = "scripts/scale",
        description = {
            "Simulates a large cluster in one process, without packets and without root: what one node holds, what one change "
                    + "costs it, and what the store has to do for all of them. docs/scale.md says what came out and what it means.",
            ""
        },
        footer = {
            "",
            "The figures follow from the options, but for times and bytes of memory.",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage.",
            "",
            "Examples:",
            "  scripts/scale                                        1,000 nodes; some minutes, 4 GB of memory",
            "  scripts/scale --nodes 100 --pods 10000 --services 1000",
            "  scripts/scale --namespaces 1 --json scale.json"
        })
final class ScaleCommand implements Callable<Integer> {
    @Option(names = "--nodes", paramLabel = "N", defaultValue = "1000", description = "How many nodes (default 1000)")
    int nodes;

    @Option(names = "--pods", paramLabel = "N", defaultValue = "100000", description = "How many pods (default 100000)")
    int pods;

    @Option(
            names = "--services",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many services, each with its share of the pods (default 10000)")
    int services;

    @Option(
            names = "--namespaces",
            paramLabel = "N",
            defaultValue = "100",
            description = "Over how many of Kubernetes' namespaces they are spread (default 100)")
    int namespaces;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many pods a second a rolling change replaces (default 100)")
    int rate;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How often each change is made; medians are shown (default 10)")
    int rounds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "What is made is made of it (default 1)")
    long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures here, too")
    @Nullable
    Path json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ScalePlan plan = plan();
        PrintWriter err = spec.commandLine().getErr();
        Path scratch = Files.createTempDirectory("osier-scale");
        try {
            List<Figure> figures = new Simulation(plan, rounds, rate, line -> {
                        err.println(line);
                        err.flush();
                    })
                    .run(scratch);
            print(plan, figures);
        } finally {
            remove(scratch);
        }
        return 0;
    }

    private ScalePlan plan() {
        try {
            if (rounds < 1 || rate < 1) {
                throw new IllegalArgumentException("--rounds and --rate: must be 1 or more");
            }
            return new ScalePlan(nodes, pods, services, namespaces, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void print(ScalePlan plan, List<Figure> figures) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%,d nodes, %,d pods, %,d services in %,d namespaces, seed %d; %d processors, Java %s%n%n",
                plan.nodes(),
                plan.pods(),
                plan.services(),
                plan.namespaces(),
                plan.seed(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"));
        out.print(ScaleReport.table(figures));
        out.flush();
        if (json != null) {
            Files.write(json, Json.bytes(ScaleReport.json(plan, figures, Instant.now())));
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
