package io.osier.agent.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How services and endpoints get into the dataplane, under the names that kube-proxy has for it (kubernetes,
 * pkg/proxy/metrics). Changes are told by any thread, rounds begin and end on one.
 */
public final class SyncMetrics {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double MILLIS = 1e3;
    private static final long NONE = Long.MAX_VALUE;

    private final AtomicLong oldestChangeNanos = new AtomicLong(NONE);
    private final AtomicLong serviceChangesTaken = new AtomicLong();
    private final AtomicLong endpointChangesTaken = new AtomicLong();
    private final Counter serviceChanges;
    private final Counter endpointChanges;
    private final Gauge lastQueued;
    private final Gauge lastDone;
    private final Histogram duration;
    private final Histogram programming;

    public SyncMetrics(PrometheusRegistry registry) {
        serviceChanges = Counter.builder()
                .name("kubeproxy_sync_proxy_rules_service_changes_total")
                .help("Changes of services that this node has learned of")
                .register(registry);
        endpointChanges = Counter.builder()
                .name("kubeproxy_sync_proxy_rules_endpoint_changes_total")
                .help("Changes of pods, endpoints and endpoint slices that this node has learned of")
                .register(registry);
        pending(registry, "service", () -> serviceChanges.getLongValue() - serviceChangesTaken.get());
        pending(registry, "endpoint", () -> endpointChanges.getLongValue() - endpointChangesTaken.get());
        lastQueued = Gauge.builder()
                .name("kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds")
                .help("When a change last asked for a round")
                .register(registry);
        lastDone = Gauge.builder()
                .name("kubeproxy_sync_proxy_rules_last_timestamp_seconds")
                .help("When the dataplane last took a state of the cluster in")
                .register(registry);
        duration = Histogram.builder()
                .name("kubeproxy_sync_proxy_rules_duration_seconds")
                .help("How long a round takes, from the cluster's state to the dataplane that forwards by it")
                .classicOnly()
                .classicExponentialUpperBounds(0.001, 2, 15)
                .register(registry);
        programming = Histogram.builder()
                .name("kubeproxy_network_programming_duration_seconds")
                .help("From the first change of an endpoint that a round takes in, when this node learned of it, to"
                        + " the dataplane that forwards by it")
                .classicOnly()
                .classicUpperBounds(programmingBounds())
                .register(registry);
    }

    private static void pending(PrometheusRegistry registry, String what, LongSupplier changes) {
        GaugeWithCallback.builder()
                .name("kubeproxy_sync_proxy_rules_" + what + "_changes_pending")
                .help("Those that no round has taken in yet")
                .callback(callback -> callback.call((double) changes.getAsLong()))
                .register(registry);
    }

    /** kube-proxy's: every quarter, then every second up to a minute, ever wider up to five. */
    private static double[] programmingBounds() {
        DoubleStream first = DoubleStream.of(0.25, 0.5);
        IntStream seconds = IntStream.rangeClosed(1, 59);
        IntStream minutes = IntStream.concat(
                IntStream.range(0, 12).map(i -> 60 + 5 * i),
                IntStream.range(0, 7).map(i -> 120 + 30 * i));
        return DoubleStream.concat(first, IntStream.concat(seconds, minutes).asDoubleStream())
                .toArray();
    }

    /** A service has come, changed or gone. */
    public void serviceChanged() {
        serviceChanges.inc();
    }

    /** What stands behind services has changed. */
    public void endpointsChanged() {
        endpointChanges.inc();
        oldestChangeNanos.compareAndSet(NONE, System.nanoTime());
    }

    /** A change asks for a round. */
    public void queued() {
        lastQueued.set(System.currentTimeMillis() / MILLIS);
    }

    /** A round begins, and takes in what has changed so far. */
    public Round begin() {
        return new Round(
                System.nanoTime(),
                oldestChangeNanos.getAndSet(NONE),
                serviceChanges.getLongValue(),
                endpointChanges.getLongValue());
    }

    /** One round. One that does not get {@link #done} leaves its changes pending. */
    public final class Round {
        private final long startNanos;
        private final long changeNanos;
        private final long services;
        private final long endpoints;

        private Round(long startNanos, long changeNanos, long services, long endpoints) {
            this.startNanos = startNanos;
            this.changeNanos = changeNanos;
            this.services = services;
            this.endpoints = endpoints;
        }

        /** The dataplane forwards by it. */
        public void done() {
            long nowNanos = System.nanoTime();
            duration.observe((nowNanos - startNanos) / NANOS);
            if (changeNanos != NONE) {
                programming.observe((nowNanos - changeNanos) / NANOS);
            }
            serviceChangesTaken.set(services);
            endpointChangesTaken.set(endpoints);
            lastDone.set(System.currentTimeMillis() / MILLIS);
        }
    }
}
