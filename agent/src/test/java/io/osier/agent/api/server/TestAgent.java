package io.osier.agent.api.server;

import io.osier.agent.host.ProbeSocket;
import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.ipam.Claimant;
import io.osier.agent.ipam.SignsOfLife;
import io.osier.agent.ipam.SubnetClaim;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.metrics.NodeMetrics;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.pod.CommandSupervisor;
import io.osier.agent.pod.PodExecutor;
import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.reconcile.ForwardingStateCompiler;
import io.osier.agent.reconcile.LocalDeletions;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import io.osier.dataplane.worker.WorkerProxy;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One agent's answers, with a store, a worker and a socket, and with no devices. Several can share a store. */
final class TestAgent implements AutoCloseable {
    private static final byte LOOPBACK_NET = 127;

    private final Path storeFolder;
    private final DirectoryStore store;
    private final ExecutorService workerThread = Executors.newSingleThreadExecutor();
    private final CommandSupervisor commands;
    private final ClusterDirectory directory;
    private final ApiServer server;
    final ApiRoutes routes;
    final ObjectStore objects;
    final AddressClaims claims;
    final Path socket;
    /** Where agents of other machines reach this one. */
    final String endpoint;

    final String token;
    private final ApiServer remoteServer;
    private final ProbeSocket probes;

    TestAgent(Path folder, int index) throws IOException {
        this(folder, index, "machine");
    }

    /** @param bootId tells machines apart */
    TestAgent(Path folder, int index, String bootId) throws IOException {
        String name = "node-" + (char) ('a' + index);
        IpAddress underlay = IpAddress.parse("172.30.0." + (1 + index));
        IpPrefix podRange = IpPrefix.parse("10.32.0.0/12");
        storeFolder = folder.resolve("store");
        store = DirectoryStore.open(storeFolder);
        objects = new ObjectStore(store);
        claims = new AddressClaims(store);
        SubnetLeases leases = new SubnetLeases(store, podRange, 24);
        IpPrefix subnet = new SubnetClaim(
                        store, leases, Clock.systemUTC(), new Claimant(name, name, underlay.toString()), other -> false)
                .acquire(null, false, List.of());
        NodeSettings settings = new NodeSettings(name, podRange, IpPrefix.parse("10.96.0.0/12"), subnet, true);
        Worker worker = new Worker(
                WorkerConfig.DEFAULT,
                new ForwardingStateCompiler(settings).compile(ClusterState.EMPTY, 1),
                new NoUnderlay(),
                new Counters(),
                System::nanoTime,
                new SplittableRandom(1));
        WorkerProxy proxy = new WorkerProxy(worker, workerThread);
        PrometheusRegistry metrics = new PrometheusRegistry();
        metrics.register(new NodeMetrics("test", proxy, () -> {}, () -> true));
        commands = new CommandSupervisor(
                folder.resolve(name + "-logs"), folder.resolve(name + "-notes"), (namespace, status) -> {});
        token = ClusterToken.of(store);
        directory = new ClusterDirectory(name, store, bootId, token, new SignsOfLife(store, Duration.ofMillis(500)));
        probes = ProbeSocket.open(freeAddress());
        routes = new AgentApi(
                        new NodeDescription(settings, 1, underlay, 1450, Set.of(), "io_uring", "directory " + folder),
                        proxy,
                        () -> {},
                        store,
                        leases,
                        commands,
                        new PodExecutor(folder.resolve(name + "-exec")),
                        directory,
                        new LocalDeletions(store, folder.resolve(name + "-deletions")),
                        () -> "",
                        probes,
                        new MetricsPage(metrics))
                .routes();
        socket = folder.resolve(name + ".sock");
        server = ApiServer.listen(socket, routes);
        InetSocketAddress address = freeAddress();
        remoteServer = ApiServer.listen(address, token, routes);
        endpoint = hostPort(address);
        objects.put(
                Keys.node(name),
                Node.of(
                        ObjectMeta.named(name),
                        new Node.Spec(null, List.of(subnet.toString()), false),
                        new Node.Status(
                                List.of(new Node.Address("InternalIP", underlay.toString())),
                                socket.toString(),
                                endpoint,
                                bootId,
                                "test",
                                List.of(),
                                null,
                                null)));
    }

    /** At an address of its own, where nobody takes the port before it is opened. */
    static InetSocketAddress freeAddress() throws IOException {
        byte[] own = ByteBuffer.allocate(4)
                .putInt(ThreadLocalRandom.current().nextInt())
                .put(0, LOOPBACK_NET)
                .array();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByAddress(own))) {
            return new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
        }
    }

    /** As others write it. */
    static String hostPort(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** The store that it shares, also when it has ended. */
    StateStore openStore() {
        return DirectoryStore.open(storeFolder);
    }

    /** The agent is killed: its socket stays, and nobody answers. */
    void stopAnswering() {
        server.close();
    }

    @Override
    public void close() {
        server.close();
        remoteServer.close();
        probes.close();
        directory.close();
        commands.close();
        workerThread.shutdownNow();
        store.close();
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
}
