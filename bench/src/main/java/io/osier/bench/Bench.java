package io.osier.bench;

import io.osier.bench.measure.Measurement;
import io.osier.bench.measure.ServiceSuite.Stage;
import io.osier.bench.measure.Session;
import io.osier.bench.measure.Subject;
import io.osier.bench.result.Results;
import io.osier.bench.rig.KernelRig;
import io.osier.bench.rig.OsierRig;
import io.osier.bench.rig.Rig;
import io.osier.bench.rig.Underlay;
import io.osier.bench.traffic.CpuTime;
import io.osier.bench.traffic.Effort;
import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Traffic;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builds the networks, measures them by turns, and removes them. */
final class Bench {
    private final Shell shell;
    private final String osierCommand;
    private final Traffic traffic;
    private final Underlay underlay;
    private final int mtuBytes;
    private final Session session;
    private final Results results;
    private final Progress progress;
    private final Deque<Subject> built = new ArrayDeque<>();

    Bench(
            Shell shell,
            String osierCommand,
            Traffic traffic,
            Underlay underlay,
            int mtuBytes,
            Session session,
            Results results,
            Progress progress) {
        this.shell = shell;
        this.osierCommand = osierCommand;
        this.traffic = traffic;
        this.underlay = underlay;
        this.mtuBytes = mtuBytes;
        this.session = session;
        this.results = results;
        this.progress = progress;
    }

    void run(Plan plan) throws InterruptedException {
        try {
            progress.accept("looking how quiet the machine is");
            results.setBusyBefore(CpuTime.busyShare());
            progress.accept("building the kernel's network");
            Subject kernel = keep(KernelRig.withIptables(shell, underlay, mtuBytes));
            progress.accept("bringing Osier's lab up");
            OsierRig lab = OsierRig.up(shell, osierCommand, underlay, mtuBytes);
            Subject osier = keep(lab);
            progress.accept("waiting until the agents have compiled what they rehearsed");
            CpuTime.awaitRest();
            if (plan.stages().stream().anyMatch(plan::wantsLoad)) {
                results.setCommandSeconds(lab.services().commandSeconds());
            }

            Map<String, Subject> pair = new LinkedHashMap<>();
            pair.put(Results.OSIER, osier);
            pair.put("kernel", kernel);
            for (Measurement measurement : plan.plain()) {
                session.measure(measurement, pair, true);
            }
            if (!plan.stages().isEmpty()) {
                Map<String, Subject> three = new LinkedHashMap<>();
                three.put(Results.OSIER, osier);
                three.put("iptables", kernel);
                three.put("nftables", keep(KernelRig.withNftables(shell, underlay, mtuBytes)));
                for (Stage stage : plan.stages()) {
                    run(plan, stage, three);
                }
            }
        } finally {
            progress.accept("cleaning up");
            cleanUp();
        }
    }

    private void run(Plan plan, Stage stage, Map<String, Subject> subjects) throws InterruptedException {
        if (plan.wantsLoad(stage)) {
            session.measure(stage.load(), subjects, false);
        } else {
            for (Map.Entry<String, Subject> subject : subjects.entrySet()) {
                progress.accept(
                        "loading %,d services: %s".formatted(stage.plan().count(), subject.getKey()));
                stage.load().take(subject.getValue(), Effort.QUICK);
            }
        }
        for (Measurement measurement : stage.measurements()) {
            if (plan.wants(measurement)) {
                session.measure(measurement, subjects, true);
            }
        }
    }

    private Subject keep(Rig rig) throws InterruptedException {
        try {
            Subject subject = new Subject(rig, traffic);
            built.push(subject);
            return subject;
        } catch (Shell.Failure | InterruptedException e) {
            rig.close();
            throw e;
        }
    }

    /** Also after Ctrl-C, when this thread has been interrupted. */
    private void cleanUp() {
        boolean interrupted = Thread.interrupted();
        while (!built.isEmpty()) {
            try {
                built.pop().close();
            } catch (Shell.Failure e) {
                progress.accept("could not clean up: " + e.getMessage() + ": run 'scripts/bench --down'");
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
