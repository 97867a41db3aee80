package io.osier.agent.reconcile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.metrics.SyncMetrics;
import io.osier.agent.model.Json;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.agent.model.ServiceSpec;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import io.osier.dataplane.worker.WorkerProxy;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconcilerTest {
    private static final NodeSettings SETTINGS = new NodeSettings(
            "node-a",
            IpPrefix.parse("10.32.0.0/12"),
            IpPrefix.parse("10.96.0.0/12"),
            IpPrefix.parse("10.32.0.0/24"),
            true);

    @TempDir
    Path folder;

    private final CountDownLatch published = new CountDownLatch(1);
    /** While this is so, nobody can say under which addresses the node is seen. */
    private volatile boolean blind;

    private final ForwardingStateCompiler compiler = new ForwardingStateCompiler(SETTINGS, () -> {
        if (blind) {
            throw new IllegalStateException("the test's own");
        }
        return Set.of(IpAddress.parse("172.30.0.1"));
    });

    private final PrometheusRegistry registry = new PrometheusRegistry();

    private LocalDeletions deletions(StateStore store) {
        return new LocalDeletions(store, folder.resolve("deletions"));
    }

    private Reconciler reconciler(StateStore store, WorkerProxy worker, PodKeeper keeper) {
        return new Reconciler(
                store, compiler, worker, keeper, deletions(store), (services, checks) -> {}, new SyncMetrics(registry));
    }

    /** Tells everything before the watch returns, and lets the watcher have all the time it wants. */
    private final class HastyStore implements StateStore {
        private final Map<String, Consumer<StoreEvent>> listeners = new HashMap<>();
        private int watches;

        void tell(String prefix, String key, Object object) {
            Versioned entry = new Versioned(prefix + "/" + key, 1, Json.bytes(object));
            requireNonNull(listeners.get(prefix)).accept(new StoreEvent(StoreEvent.Type.PUT, entry.key(), entry));
        }

        @Override
        public Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
            listeners.put(prefix, onEvent);
            onEvent.accept(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
            if (++watches == 6) {
                try {
                    assertThat(published.await(5, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return () -> {};
        }

        @Override
        public Optional<Versioned> get(String key) {
            return Optional.empty();
        }

        @Override
        public List<Versioned> list(String prefix) {
            return List.of();
        }

        @Override
        public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
            return OptionalLong.empty();
        }

        @Override
        public boolean compareAndDelete(String key, long expectedRevision) {
            return false;
        }

        @Override
        public OptionalLong commit(List<Write> writes) {
            return OptionalLong.empty();
        }

        @Override
        public int maxWrites() {
            return 1;
        }

        @Override
        public void close() {}
    }

    private static final class NoUnderlay implements Underlay {
        @Override
        public int receive(FrameBatch batch) {
            return 0;
        }

        @Override
        public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
            return null;
        }

        @Override
        public @Nullable DropReason send(IpAddress node, SegmentTrain train, PortCounters account) {
            return null;
        }

        @Override
        public void flush() {}

        @Override
        public int heldPackets() {
            return 0;
        }
    }

    private static final class NoSteps implements PodSteps {
        private final List<String> made = new CopyOnWriteArrayList<>();

        @Override
        public void tell(Pod pod) {}

        @Override
        public boolean isThere(String namespace) {
            return true;
        }

        @Override
        public void make(Pod pod) {
            made.add(pod.metadata().name());
        }

        @Override
        public void unmake(String namespace) {}

        @Override
        public void forget(Pod pod) {}

        @Override
        public List<String> leftOvers() {
            return List.of();
        }
    }

    private WorkerProxy worker() {
        ForwardingState initial = compiler.compile(ClusterState.EMPTY, 1);
        Worker worker = new Worker(
                WorkerConfig.DEFAULT,
                initial,
                new NoUnderlay(),
                new Counters(),
                System::nanoTime,
                new SplittableRandom(1));
        return new WorkerProxy(worker, command -> {
            command.run();
            published.countDown();
        });
    }

    @Test
    void takesTheClustersStateInAlsoIfTheStoreTellsItAllAtOnce() {
        HastyStore store = new HastyStore();
        PodKeeper keeper = new PodKeeper(new NoSteps(), new ObjectStore(store));

        try (Reconciler reconciler = reconciler(store, worker(), keeper)) {
            assertThat(reconciler.firstRound()).succeedsWithin(5, TimeUnit.SECONDS);
        } finally {
            keeper.close();
        }
    }

    /** Half a second of changes, a few every millisecond: as they would be taken in one by one, or a hundred times. */
    @Test
    void takesManyChangesInFewRounds() throws InterruptedException {
        int changes = 2_000;
        HastyStore store = new HastyStore();
        PodKeeper keeper = new PodKeeper(new NoSteps(), new ObjectStore(store));
        WorkerProxy worker = worker();

        try (Reconciler reconciler = reconciler(store, worker, keeper)) {
            assertThat(reconciler.firstRound()).succeedsWithin(5, TimeUnit.SECONDS);
            for (int i = 0; i < changes; i++) {
                store.tell(Keys.SERVICES, "default/s-" + i, service("s-" + i, "10.97." + i / 250 + "." + i % 250));
                if (i % 4 == 0) {
                    Thread.sleep(1);
                }
            }
            await().until(() -> services(worker) == changes);
            assertThat(worker.ask(Worker::state).join().generation()).isLessThan(80); // some 400 otherwise

            store.tell(Keys.SERVICES, "default/last", service("last", "10.98.0.1"));
            await().until(() -> services(worker) == changes + 1);
            await().untilAsserted(() -> assertThat(metrics())
                    .contains("kubeproxy_sync_proxy_rules_service_changes_total 2001.0\n")
                    .contains("kubeproxy_sync_proxy_rules_service_changes_pending 0.0\n")
                    .contains("kubeproxy_sync_proxy_rules_endpoint_changes_total 0.0\n")
                    .containsPattern("kubeproxy_sync_proxy_rules_duration_seconds_count [1-7]?[0-9]\n"));

            store.tell(Keys.PODS, "default/p", Map.of("nonsense", true));
            await().untilAsserted(() -> assertThat(metrics())
                    .contains("kubeproxy_sync_proxy_rules_endpoint_changes_total 1.0\n")
                    .contains("kubeproxy_network_programming_duration_seconds_count 1\n"));
        } finally {
            keeper.close();
        }
    }

    /** What made it fail is taken in whole when it can be, not only what came since. */
    @Test
    void aRoundThatFailedIsMadeUpFor() {
        HastyStore store = new HastyStore();
        NoSteps steps = new NoSteps();
        PodKeeper keeper = new PodKeeper(steps, new ObjectStore(store));
        WorkerProxy worker = worker();
        try (Reconciler reconciler = reconciler(store, worker, keeper)) {
            assertThat(reconciler.firstRound()).succeedsWithin(5, TimeUnit.SECONDS);
            blind = true;
            store.tell(Keys.NODES, "node-b", node("172.30.0.2"));
            store.tell(Keys.SERVICES, "default/s-1", ranged("s-1", "10.97.0.1"));
            store.tell(Keys.PODS, "default/p-1", pod("p-1", "10.32.0.2"));
            await().until(() -> steps.made.contains("p-1")); // rounds end with pods, also those that fail
            assertThat(names(worker)).isEmpty();

            blind = false;
            store.tell(Keys.SERVICES, "default/s-2", service("s-2", "10.97.0.2"));
            await().untilAsserted(() -> assertThat(names(worker)).containsExactly("default/s-1", "default/s-2"));
            assertThat(worker.ask(Worker::state).join().peers()).hasSize(1);
        } finally {
            keeper.close();
        }
    }

    @Test
    void whatStandsUnderAnothersKeyIsPassedOver() {
        HastyStore store = new HastyStore();
        PodKeeper keeper = new PodKeeper(new NoSteps(), new ObjectStore(store));
        WorkerProxy worker = worker();
        try (Reconciler reconciler = reconciler(store, worker, keeper)) {
            assertThat(reconciler.firstRound()).succeedsWithin(5, TimeUnit.SECONDS);
            store.tell(Keys.SERVICES, "default/s-1", service("s-2", "10.97.0.1"));
            store.tell(Keys.SERVICES, "default/s-3", withoutNamespace(service("s-3", "10.97.0.3")));

            await().until(() -> names(worker).contains("default/s-3"));
            assertThat(names(worker)).containsExactly("default/s-3");
        } finally {
            keeper.close();
        }
    }

    private static List<String> names(WorkerProxy worker) {
        return worker.ask(Worker::state).join().services().services().stream()
                .map(VirtualService::name)
                .toList();
    }

    @Test
    void aPodThatIsDeletedHereIsDeletedWithoutAWordOfTheStore() {
        HastyStore store = new HastyStore();
        PodKeeper keeper = new PodKeeper(new NoSteps(), new ObjectStore(store));
        WorkerProxy worker = worker();
        LocalDeletions deletions = deletions(store);
        try (Reconciler reconciler = new Reconciler(
                store, compiler, worker, keeper, deletions, (services, checks) -> {}, new SyncMetrics(registry))) {
            assertThat(reconciler.firstRound()).succeedsWithin(5, TimeUnit.SECONDS);
            Pod one = pod("p-1", "10.32.0.2");
            store.tell(Keys.PODS, "default/p-1", one);
            store.tell(Keys.PODS, "default/p-2", pod("p-2", "10.32.0.3"));
            store.tell(Keys.SERVICES, "default/s-1", service("s-1", "10.97.0.1"));
            await().until(() -> backends(worker).size() == 2);

            deletions.add(one);

            await().untilAsserted(() -> assertThat(backends(worker)).containsExactly("10.32.0.3:8080"));
        } finally {
            keeper.close();
        }
    }

    private static List<String> backends(WorkerProxy worker) {
        return worker.ask(Worker::state).join().services().services().stream()
                .flatMap(service -> service.backends().stream())
                .map(Backend::toString)
                .toList();
    }

    private static Pod pod(String name, String address) {
        return Pod.of(
                ObjectMeta.named(name)
                        .withNamespace("default")
                        .withLabels(Map.of("app", "web"))
                        .created("uid-" + name, Instant.EPOCH),
                new PodSpec("node-a", null, List.of(), "Always"),
                PodStatus.running(address, 0));
    }

    private static Node node(String address) {
        return Node.of(
                ObjectMeta.named("node-b"),
                new Node.Spec(null, List.of("10.32.1.0/24"), false),
                new Node.Status(
                        List.of(new Node.Address("InternalIP", address)),
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        null,
                        null));
    }

    private String metrics() {
        return new String(new MetricsPage(registry).write(), StandardCharsets.UTF_8);
    }

    private static int services(WorkerProxy worker) {
        return worker.ask(Worker::state).join().services().services().size();
    }

    /** Which is then the default one. */
    private static Service withoutNamespace(Service service) {
        return Service.of(service.metadata().withNamespace(null), service.spec());
    }

    /** A service to which the node comes if it is seen where it may come from. */
    private static Service ranged(String name, String address) {
        return Json.convert(
                Json.tree(Map.of(
                        "metadata", Map.of("name", name, "namespace", "default"),
                        "spec",
                                Map.of(
                                        "type",
                                        "LoadBalancer",
                                        "clusterIP",
                                        address,
                                        "ports",
                                        List.of(Map.of("port", 80)),
                                        "loadBalancerSourceRanges",
                                        List.of("172.30.0.0/24")))),
                Service.class);
    }

    private static Service service(String name, String address) {
        return Service.of(
                ObjectMeta.named(name).withNamespace("default"),
                new ServiceSpec(address, Map.of("app", "web"), List.of(new ServicePort(null, "TCP", 80, 8080))));
    }
}
