package io.osier.agent.bootstrap;

import io.osier.agent.api.server.AgentApi;
import io.osier.agent.api.server.ApiServer;
import io.osier.agent.api.server.ClusterDirectory;
import io.osier.agent.api.server.ClusterToken;
import io.osier.agent.api.server.HealthCheckServer;
import io.osier.agent.api.server.NodeDescription;
import io.osier.agent.handover.ServiceManager;
import io.osier.agent.host.FamilyServices;
import io.osier.agent.host.HostNetwork;
import io.osier.agent.host.HostServices;
import io.osier.agent.host.OwnDevices;
import io.osier.agent.host.ProbeSocket;
import io.osier.agent.ipam.Presence;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.metrics.NodeMetrics;
import io.osier.agent.metrics.SyncMetrics;
import io.osier.agent.pod.CommandSupervisor;
import io.osier.agent.pod.NamespaceWatch;
import io.osier.agent.pod.PodExecutor;
import io.osier.agent.pod.PodLink;
import io.osier.agent.pod.PodNamespaces;
import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.reconcile.ForwardingStateCompiler;
import io.osier.agent.reconcile.HostAddresses;
import io.osier.agent.reconcile.LocalDeletions;
import io.osier.agent.reconcile.LostNodes;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.reconcile.PodKeeper;
import io.osier.agent.reconcile.PodMaker;
import io.osier.agent.reconcile.Reconciler;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.io.ConnectionFile;
import io.osier.dataplane.io.Dataplane;
import io.osier.dataplane.io.DataplaneConfig;
import io.osier.dataplane.io.DataplaneListener;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.worker.WorkerConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One agent, from its configuration to its end: takes a lease, opens the dataplane, joins the cluster, answers. */
public final class AgentProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    /** Where weave's router answers, too. */
    private static final int API_PORT = 6784;

    private static final long FIRST_ROUND_SECONDS = 60;
    /** So long packets wait at most for pods that an agent before this one has left. */
    private static final long TAKE_OVER_SECONDS = 10;

    private final AgentConfig config;
    private final ServiceManager manager;
    private final Path state;
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final MetricsDoor metricsDoor = new MetricsDoor(new MetricsPage(metrics));
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private volatile @Nullable Dataplane dataplane;

    private AgentProcess(AgentConfig config, ServiceManager manager) {
        this.config = config;
        this.manager = manager;
        this.state = Path.of(config.stateDirectory());
    }

    /**
     * Starts an agent; when this returns it is ready.
     *
     * @param manager told so, and asked for what an earlier agent has left
     * @throws IOException or {@link RuntimeException} in one line, and nothing is left open
     */
    public static AgentProcess start(AgentConfig config, ServiceManager manager) throws IOException {
        AgentProcess process = new AgentProcess(config, manager);
        try {
            process.open();
            return process;
        } catch (IOException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private void open() throws IOException {
        keep(StateDirectoryLock.acquire(state));
        StateStore store = keep(config.store().open(config.stateDirectory()));
        ObjectStore objects = new ObjectStore(store);
        SubnetLeases leases = new SubnetLeases(store, IpPrefix.parse(config.podRange()), config.subnetPrefixLength());
        NodePlace place = NodePlace.take(config, store, leases);
        keep(new Presence(store, place.settings().nodeName(), place.identity()));
        LOG.info(
                "node {} has {} and is reached at {}; pods have an MTU of {} bytes",
                place.settings().nodeName(),
                String.join(" and ", place.settings().subnets()),
                place.underlay(),
                place.mtuBytes());

        ForwardingStateCompiler compiler = new ForwardingStateCompiler(place.settings(), OwnDevices::seenAddresses);
        AtomicReference<PodKeeper> keeper = new AtomicReference<>();
        Dataplane dataplane = keep(openDataplane(place, compiler.compile(ClusterState.EMPTY, 1), new Listener(keeper)));
        this.dataplane = dataplane;
        setFlowTimeouts(config.flowTimeouts());
        if (!manager.hasInherited()) {
            BackgroundRehearsal.begin(place.offloads());
        }
        Membership membership = keep(new Membership(
                store,
                leases,
                place,
                () -> NodeEntry.write(objects, place, config.socket(), apiAddress(place), config.zone())));
        keep(new MtuWatch(place.settings().nodeName(), place.underlay(), place.mtuBytes(), objects));

        AtomicReference<PodMaker> maker = new AtomicReference<>();
        CommandSupervisor commands = keep(superviseCommands(maker));
        PodMaker pods = podMaker(place, store, dataplane, commands);
        maker.set(pods);
        PodKeeper podKeeper = keep(new PodKeeper(pods, objects));
        keeper.set(podKeeper);
        keep(NamespaceWatch.begin(podKeeper::namespacesDeleted));
        HostServices hostServices = hostServices(place.settings());
        HealthCheckServer healthChecks = keep(new HealthCheckServer());
        LocalDeletions deletions = new LocalDeletions(store, state.resolve("deletions"));
        Reconciler reconciler = keep(new Reconciler(
                store,
                compiler,
                dataplane.proxy(),
                podKeeper,
                deletions,
                (table, checks) -> {
                    hostServices.take(table);
                    healthChecks.take(checks);
                },
                new SyncMetrics(metrics)));
        reconciler.firstRound().orTimeout(FIRST_ROUND_SECONDS, TimeUnit.SECONDS).join();
        // Like the pods, only now: a packet that came before the services are known would open a flow past them.
        hostNetwork(place).connect(dataplane);
        if (manager.hasInherited()) {
            awaitPods(podKeeper);
        }
        dataplane.begin();
        if (manager.hasInherited()) {
            BackgroundRehearsal.begin(place.offloads()); // only now: packets are waiting
        }
        manager.forgetInherited();
        hostServices.connected();
        metrics.register(new NodeMetrics(
                Version.current(),
                dataplane.proxy(),
                dataplane::countOverflow,
                () -> store.absence().isEmpty()));

        answer(place, store, leases, dataplane, commands, deletions, membership);
        LOG.info("ready; answering at {}", config.socket());
        manager.ready();
    }

    /** A packet to a pod that is yet to be taken over would be dropped. */
    private static void awaitPods(PodKeeper pods) {
        try {
            pods.firstRound().get(TAKE_OVER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("not all pods could be taken over in {} s; the others go on", TAKE_OVER_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Dataplane openDataplane(NodePlace place, ForwardingState initial, DataplaneListener listener)
            throws IOException {
        WorkerConfig worker = WorkerConfig.DEFAULT.withVni(vni());
        return Dataplane.prepare(
                new DataplaneConfig(
                        place.underlay(), config.port(), worker, place.offloads(), connections(place.settings())),
                initial,
                listener,
                manager);
    }

    private CommandSupervisor superviseCommands(AtomicReference<PodMaker> maker) {
        return new CommandSupervisor(state.resolve("logs"), state.resolve("commands"), (id, status) -> {
            PodMaker known = maker.get();
            if (known != null) {
                known.commandChanged(id, status);
            }
        });
    }

    private PodMaker podMaker(NodePlace place, StateStore store, Dataplane dataplane, CommandSupervisor commands) {
        NodeSettings settings = place.settings();
        return new PodMaker(
                settings,
                store,
                new PodNamespaces(state.resolve("namespaces")),
                new PodLink(dataplane, settings.podRange(), settings.gateway(), podPrefix6(settings), place.mtuBytes()),
                commands);
    }

    private static @Nullable EmbeddingPrefix podPrefix6(NodeSettings settings) {
        Ipv6Ranges ranges = settings.ipv6();
        return ranges == null ? null : ranges.pods();
    }

    private static HostNetwork hostNetwork(NodePlace place) {
        NodeSettings settings = place.settings();
        return new HostNetwork(
                settings.podRange(), settings.serviceRange(), settings.gateway(), settings.ipv6(), place.mtuBytes());
    }

    private static HostServices hostServices(NodeSettings settings) {
        List<FamilyServices> families = new ArrayList<>();
        HostAddresses standing = HostAddresses.of(settings.serviceRange());
        families.add(new FamilyServices(standing.outside(), standing.inside(), settings.nodePortAddresses(true)));
        Ipv6Ranges ipv6 = settings.ipv6();
        if (ipv6 != null) {
            HostAddresses standing6 = HostAddresses.of(ipv6.services());
            families.add(
                    new FamilyServices(standing6.outside(), standing6.inside(), settings.nodePortAddresses(false)));
        }
        return new HostServices(families);
    }

    /** The API, at the node's socket for its users and in the overlay for the other agents. */
    private void answer(
            NodePlace place,
            StateStore store,
            SubnetLeases leases,
            Dataplane dataplane,
            CommandSupervisor commands,
            LocalDeletions deletions,
            Membership membership)
            throws IOException {
        String token = ClusterToken.of(store);
        ClusterDirectory directory =
                keep(new ClusterDirectory(place.settings().nodeName(), store, MachineIdentity.bootId(), token));
        keep(LostNodes.begin(place.settings().nodeName(), store, directory::isAlive));
        AgentApi api = new AgentApi(
                new NodeDescription(
                        place.settings(),
                        vni(),
                        place.underlay(),
                        place.mtuBytes(),
                        place.offloads(),
                        dataplane.tapCallsDescription(),
                        config.store().describe(config.stateDirectory())),
                dataplane.proxy(),
                dataplane::countOverflow,
                store,
                leases,
                commands,
                new PodExecutor(state.resolve("exec")),
                directory,
                deletions,
                membership::problem,
                keep(ProbeSocket.open(apiAddress(place))),
                new MetricsPage(metrics));
        keep(ApiServer.listen(apiAddress(place), token, api.routes()));
        keep(metricsDoor).moveTo(config.metricsAddress());
        keep(ApiServer.listen(Path.of(config.socket()), api.routes()));
    }

    /** Flows outlive the agent, but neither the machine's run nor the addresses that they are between. */
    private ConnectionFile connections(NodeSettings settings) {
        return new ConnectionFile(
                state.resolve("connections"),
                String.join(
                        " ",
                        settings.nodeName(),
                        settings.subnet().toString(),
                        settings.podRange().toString(),
                        settings.serviceRange().toString(),
                        String.valueOf(settings.ipv6()),
                        MachineIdentity.bootId()));
    }

    /** In the overlay, where agents reach each other, and whatever their machines' firewalls say about the underlay. */
    private static InetSocketAddress apiAddress(NodePlace place) {
        return new InetSocketAddress(place.settings().gateway().toString(), API_PORT);
    }

    private int vni() {
        Integer vni = config.vni();
        return vni == null ? 1 : vni;
    }

    /** What the dataplane says by itself. */
    private record Listener(AtomicReference<PodKeeper> keeper) implements DataplaneListener {
        @Override
        public void portGone(PortId port) {
            LOG.warn("the device of {} has gone", port.name());
            PodKeeper known = keeper.get();
            if (known != null) {
                known.lost(port.name());
            }
        }

        @Override
        public void workerFailed(RuntimeException failure) {
            LOG.error("packets were lost to an error in the program", failure);
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    /**
     * Tells metrics at another address from now on.
     *
     * @param address {@code HOST:PORT}; null for nowhere
     * @throws IOException in one line, if that cannot be
     */
    void tellMetricsAt(@Nullable String address) throws IOException {
        metricsDoor.moveTo(address);
    }

    /** From its next packet on each flow may be silent for so long. */
    void setFlowTimeouts(FlowTimeoutsConfig timeouts) {
        Dataplane present = dataplane;
        if (present != null) {
            present.proxy().run(worker -> worker.setFlowTimeouts(timeouts.toDataplane()));
        }
    }

    /**
     * Stops the agent for another to come: packets are served until everything else has ended, a store that is slow to end,
     * too, and wait from then on in devices that the service manager keeps open, if there is one. The lock on the state
     * directory goes last: it is what the next agent waits for.
     */
    public void leave() {
        Dataplane present = dataplane;
        if (present != null && opened.remove(present)) {
            AutoCloseable lock = opened.removeLast();
            close();
            opened.push(lock);
            opened.push(present);
            try {
                present.leaveTo(manager);
                manager.awaitHeard();
            } catch (RuntimeException e) {
                LOG.warn("while leaving: {}", e.toString());
            }
        }
        close();
    }

    /** Stops the agent; pods, their commands and devices stay for its return. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            closeNext();
        }
    }

    private void closeNext() {
        try {
            opened.pop().close();
        } catch (Exception e) {
            LOG.warn("while stopping: {}", e.toString());
        }
    }
}
