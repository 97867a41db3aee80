package io.osier.agent.reconcile;

import io.osier.agent.metrics.SyncMetrics;
import io.osier.agent.model.Pod;
import io.osier.agent.store.Keys;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.worker.WorkerProxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the node do what the cluster's state says: compiles it for the dataplane, and hands this node's pods to their keeper.
 * Changes that come while one is worked on are taken together, and where many come in a row, their end is waited for a while:
 * one round for all of them is enough.
 */
public final class Reconciler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private static final long PUBLISH_SECONDS = 10;

    /** More changes than these in so long a time are many. */
    private static final int MANY = 32;

    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Many changes are over when so long none has come. */
    private static final long CALM_MILLIS = 10;
    /** However many there are, so old the dataplane's state may get. */
    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ForwardingStateCompiler compiler;
    private final WorkerProxy worker;
    private final PodKeeper pods;
    private final LocalDeletions deletions;
    private final Publication publication;
    private final SyncMetrics metrics;
    private final AtomicBoolean queued = new AtomicBoolean();
    private final AtomicLong changes = new AtomicLong();
    private final CompletableFuture<Void> firstRound = new CompletableFuture<>();
    private final ExecutorService thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
                Thread reconciler = new Thread(task, "osier-reconcile");
                reconciler.setDaemon(true);
                return reconciler;
            },
            new ThreadPoolExecutor.DiscardPolicy()); // a change that comes after the end is the next agent's
    private final ClusterCache cache;
    private final OwnPods ownPods;
    private long generation = 1;
    private long changesTaken;
    private long windowStartNanos = System.nanoTime();
    private long windowChanges;
    /** Many changes have come, and their end was not seen yet. */
    private boolean busy;

    /**
     * @param deletions pods that are not to be here, whatever the store says
     * @param publication is told of every table of services that the dataplane has taken
     * @param metrics counts changes and rounds
     */
    public Reconciler(
            StateStore store,
            ForwardingStateCompiler compiler,
            WorkerProxy worker,
            PodKeeper pods,
            LocalDeletions deletions,
            Publication publication,
            SyncMetrics metrics) {
        this.metrics = metrics;
        this.deletions = deletions;
        this.publication = publication;
        this.compiler = compiler;
        this.worker = worker;
        this.pods = pods;
        this.ownPods = new OwnPods(compiler.nodeName());
        this.cache = new ClusterCache(deletions::seen, this::changed);
        deletions.onChange(this::deleted);
        cache.begin(store); // the first round may run before this returns
    }

    /** Completes when the cluster's state has been taken in for the first time. */
    public CompletableFuture<Void> firstRound() {
        return firstRound;
    }

    private void deleted(Pod pod) {
        cache.see(pod);
        wake();
    }

    private void changed(StoreEvent event) {
        switch (event.key().substring(0, Math.max(0, event.key().indexOf('/')))) {
            case Keys.SERVICES -> metrics.serviceChanged();
            case Keys.PODS, Keys.ENDPOINTS, Keys.ENDPOINT_SLICES -> metrics.endpointsChanged();
            default -> {} // nodes, policies, and that everything is known by now
        }
        wake();
    }

    private void wake() {
        metrics.queued();
        changes.incrementAndGet();
        if (queued.compareAndSet(false, true)) {
            thread.execute(this::round);
        }
    }

    /** Returns at once where changes are few; else when they are over, or the dataplane has waited for long enough. */
    private void awaitCalm() throws InterruptedException {
        long startNanos = System.nanoTime();
        if (startNanos - windowStartNanos > WINDOW_NANOS) {
            windowStartNanos = startNanos;
            windowChanges = changesTaken;
        }
        busy |= changes.get() - windowChanges > MANY;
        while (busy && System.nanoTime() - startNanos < MAX_WAIT_NANOS) {
            long seen = changes.get();
            TimeUnit.MILLISECONDS.sleep(CALM_MILLIS);
            busy = changes.get() != seen;
        }
    }

    private void round() {
        try {
            awaitCalm();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end
            return;
        }
        changesTaken = changes.get();
        queued.set(false);
        SyncMetrics.Round round = metrics.begin();
        ClusterChange change = cache.takeChanges();
        List<Pod> own = ownPods.take(change);
        try {
            ForwardingState state = compile(change);
            worker.publish(state).orTimeout(PUBLISH_SECONDS, TimeUnit.SECONDS).join();
            publication.published(state.services(), compiler.healthChecks());
            round.done();
            firstRound.complete(null);
            deletions.settle(compiler::hasPod);
        } catch (RuntimeException e) {
            LOG.error("the cluster's state could not be taken in; forwarding goes on by the last one", e);
        }
        pods.keep(own);
    }

    private ForwardingState compile(ClusterChange change) {
        try {
            return compiler.compile(change, ++generation);
        } catch (RuntimeException e) {
            cache.beginAgain(); // nobody knows how much of it was taken in
            throw e;
        }
    }

    @Override
    public void close() {
        cache.close();
        thread.shutdownNow();
    }
}
