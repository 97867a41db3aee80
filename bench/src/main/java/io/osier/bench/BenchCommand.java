package io.osier.bench;

import io.osier.agent.model.Json;
import io.osier.bench.measure.Session;
import io.osier.bench.report.JsonReport;
import io.osier.bench.report.Machine;
import io.osier.bench.report.Paint;
import io.osier.bench.report.SvgChart;
import io.osier.bench.report.TextTable;
import io.osier.bench.result.Results;
import io.osier.bench.rig.KernelRig;
import io.osier.bench.rig.Underlay;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Traffic;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code scripts/bench}. */
@Command(
        name = "scripts/bench",
        description = {
            "Measures Osier beside the kernel doing the same job, on this machine, in one run: pods on two nodes, joined by the "
                    + "same underlay with the same MTU, by turns. docs/benchmarks.md says what each metric means.",
            ""
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 everything was measured, 1 something could not be (or, with",
            "--enforce, a must was missed), 2 wrong usage.",
            "",
            "Examples:",
            "  sudo scripts/bench                       everything; half an hour",
            "  sudo scripts/bench --quick               a first impression",
            "  sudo scripts/bench --only tcp rtt-busy   what begins so",
            "  sudo scripts/bench --list                what there is to measure",
            "  sudo scripts/bench --underlay mtu --json wire.json --svg wire.svg",
            "  sudo scripts/bench --down                remove what a killed run left",
            "  scripts/bench --jmh                      the forwarding code alone"
        })
final class BenchCommand implements Callable<Integer> {
    /** Two idle agents and the system's own daemons stay below. */
    private static final double NOT_QUIET = 0.1;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each thing is measured (default 5)")
    int rounds;

    @Option(names = "--quick", description = "2 short rounds, and no more than 1,000 services")
    boolean quick;

    @Option(
            names = "--only",
            arity = "1..*",
            paramLabel = "METRIC",
            description = "Only metrics whose names begin so: tcp, udp-one, service-change-10000, …")
    List<String> only = List.of();

    @Option(
            names = "--underlay",
            paramLabel = "veth|mtu",
            defaultValue = "veth",
            description =
                    "What joins the nodes: veth pairs that carry super-frames whole, or, with mtu, only packets of the "
                            + "MTU's size, as a wire does (default veth)")
    Underlay underlay = Underlay.VETH;

    @Option(
            names = "--underlay-mtu",
            paramLabel = "M",
            defaultValue = "1500",
            description = "Bytes that fit a packet of the underlay; pods have 50 less (default 1500)")
    int underlayMtuBytes;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all samples here")
    @Nullable
    Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw a picture here")
    @Nullable
    Path svg;

    @Option(names = "--enforce", description = "End with 1 if a must is missed")
    boolean enforce;

    @Option(names = "--list", description = "List the metrics, and measure nothing")
    boolean list;

    @Option(names = "--down", description = "Remove what a killed run left")
    boolean down;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public Integer call() {
        check();
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            Plan.all()
                    .metrics()
                    .forEach(metric -> out.printf("%-24s %s, %s%n", metric.id(), metric.title(), metric.unit()));
            return 0;
        }
        try (Shell shell = new Shell()) {
            if (down) {
                KernelRig.removeLeftOvers(shell);
                shell.run(osierCommand(), "lab", "down");
                return 0;
            }
            return measure(shell, out);
        } catch (Shell.Failure | IOException e) {
            return fail(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    private void check() {
        if (rounds < 1 || rounds > 1000) {
            throw usage("--rounds " + rounds + ": must be 1 to 1000");
        }
        if (underlayMtuBytes < 1280 || underlayMtuBytes > 65_535) {
            throw usage("--underlay-mtu " + underlayMtuBytes + ": must be 1280 to 65535");
        }
        for (String prefix : only) {
            if (Plan.all().only(List.of(prefix)).isEmpty()) {
                throw usage("--only " + prefix + ": no metric begins so: see 'scripts/bench --list'");
            }
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int measure(Shell shell, PrintWriter out) throws IOException, InterruptedException {
        checkWritable(json);
        checkWritable(svg);
        Instant taken = Instant.now();
        Machine machine = Machine.here(shell, osierCommand());
        Results results = new Results();
        Progress progress = new Progress(spec.commandLine().getErr());
        Traffic traffic = new Traffic(shell, System.getProperty("osier.bench.traffic", "traffic"));
        Session session = new Session(takenRounds(), quick ? Effort.QUICK : Effort.FULL, results, progress);
        Bench bench = new Bench(shell, osierCommand(), traffic, underlay, underlayMtuBytes, session, results, progress);
        Interruption interruption = new Interruption(shell);
        try {
            try {
                bench.run(Plan.of(quick, traffic).only(only));
            } catch (InterruptedException e) {
                results.addFailure("whatever the table does not have: interrupted");
            }
            // Before the interruption is over, or the process would be.
            progress.done();
            print(out, results, machine);
            write(results, machine, taken);
        } finally {
            interruption.close();
        }
        boolean failed =
                !results.failures().isEmpty() || (enforce && !results.missed().isEmpty());
        return failed ? 1 : 0;
    }

    private int takenRounds() {
        return quick ? Math.min(rounds, 2) : rounds;
    }

    private void print(PrintWriter out, Results results, Machine machine) {
        out.println(machine.line());
        out.printf(
                "underlay: %s, MTU %d; medians, in brackets the smallest and the largest of %d rounds%n%n",
                underlay.name().toLowerCase(Locale.ROOT), underlayMtuBytes, takenRounds());
        out.print(new TextTable(new Paint(Progress.isTerminal() && System.getenv("NO_COLOR") == null)).of(results));
        if (!Double.isNaN(results.commandSeconds())) {
            out.printf(
                    "%nOf Osier's time to apply services, %.2f s are what any osier command takes.%n",
                    results.commandSeconds());
        }
        if (results.busyBefore() > NOT_QUIET) {
            out.printf(
                    "%nThis machine is not quiet: before anything was measured, its processors were %.0f %% busy with other things.%n",
                    results.busyBefore() * 100);
        }
        out.flush();
        results.failures().forEach(line -> spec.commandLine().getErr().println("bench: not measured: " + line));
    }

    private void write(Results results, Machine machine, Instant taken) throws IOException {
        if (json != null) {
            Map<String, String> options = new LinkedHashMap<>();
            options.put("underlay", underlay.name().toLowerCase(Locale.ROOT));
            options.put("underlayMtuBytes", String.valueOf(underlayMtuBytes));
            options.put("rounds", String.valueOf(takenRounds()));
            options.put("quick", String.valueOf(quick));
            Files.write(json, Json.bytes(JsonReport.of(results, machine, options, taken)));
        }
        if (svg != null) {
            Files.writeString(svg, SvgChart.of(results, machine));
        }
    }

    /** Said before half an hour of measuring rather than after it. */
    private static void checkWritable(@Nullable Path file) throws IOException {
        if (file != null) {
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null || !Files.isWritable(folder) || Files.isDirectory(file)) {
                throw new IOException(file + ": cannot be written");
            }
        }
    }

    private static String osierCommand() {
        return System.getProperty("osier.bench.command", "osier");
    }

    private int fail(String message) {
        spec.commandLine().getErr().println("bench: " + message);
        return 1;
    }
}
