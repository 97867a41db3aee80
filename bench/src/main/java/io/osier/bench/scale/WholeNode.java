package io.osier.bench.scale;

import io.osier.agent.model.Pod;
import io.osier.agent.reconcile.ClusterCache;
import io.osier.agent.reconcile.ClusterChange;
import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.reconcile.ForwardingStateCompiler;
import io.osier.agent.reconcile.OwnPods;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.worker.ReplayPort;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import java.util.List;
import java.util.Random;

/**
 * A node that keeps all of the cluster's state and forwards by it, as an agent does: the same cache, compiler and worker, but one
 * step after another on the caller's thread, so that what each costs can be told.
 */
final class WholeNode implements AutoCloseable {
    private final Effort parse = new Effort();
    private final ClusterCache cache = new ClusterCache(pod -> pod, event -> {});
    private final ForwardingStateCompiler compiler;
    private final Worker worker;
    private long generation = 1;
    private ForwardingState state;
    private ClusterChange change = ClusterChange.beginning(ClusterState.EMPTY);
    private final OwnPods own;
    private List<Pod> ownPods = List.of();

    /** Begins as an agent does: with a worker, and without knowing anything. */
    WholeNode(Member member) {
        this.own = new OwnPods(member.name());
        this.compiler = new ForwardingStateCompiler(SimulatedCluster.settings(member));
        this.state = compiler.compile(ClusterState.EMPTY, generation);
        this.worker = new Worker(
                WorkerConfig.DEFAULT,
                state,
                new ReplayPort("underlay"),
                new Counters(),
                System::nanoTime,
                new Random(1));
    }

    /** Knows everything that is in the store when this returns. */
    void begin(StateStore store) {
        cache.begin(new RemoteStore(store, parse));
    }

    /**
     * What one round cost, step by step.
     *
     * @param services how many were compiled
     */
    record Round(Effort changes, Effort compile, Effort adopt, Effort pick, int services) {
        double cpuMillis() {
            return changes.cpuMillis() + compile.cpuMillis() + adopt.cpuMillis() + pick.cpuMillis();
        }

        double allocatedMegabytes() {
            return changes.allocatedMegabytes()
                    + compile.allocatedMegabytes()
                    + adopt.allocatedMegabytes()
                    + pick.allocatedMegabytes();
        }
    }

    /** What it took to take in events since the last {@link Effort#reset}. */
    Effort parse() {
        return parse;
    }

    /** What the reconciler does when something has changed. */
    Round round() {
        Effort changes = Effort.of(() -> change = cache.takeChanges());
        Effort pick = Effort.of(() -> ownPods = own.take(change));
        Effort compile = Effort.of(() -> state = compiler.compile(change, ++generation));
        Effort adopt = Effort.of(() -> worker.adopt(state));
        change = ClusterChange.beginning(ClusterState.EMPTY);
        return new Round(changes, compile, adopt, pick, compiler.servicesCompiled());
    }

    /** What it knows. */
    ClusterState cluster() {
        return cache.snapshot();
    }

    /** Those that are on it. */
    List<Pod> ownPods() {
        return ownPods;
    }

    /** What it forwards by. */
    ForwardingState state() {
        return state;
    }

    @Override
    public void close() {
        cache.close();
    }
}
