package io.osier.agent.bootstrap;

import io.osier.agent.api.server.AgentApi;
import io.osier.agent.api.server.ApiServer;
import io.osier.agent.api.server.ClusterDirectory;
import io.osier.agent.api.server.ClusterToken;
import io.osier.agent.host.HostNetwork;
import io.osier.agent.host.HostServices;
import io.osier.agent.host.ProbeSocket;
import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.ipam.Claimant;
import io.osier.agent.ipam.SubnetClaim;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.ValidationException;
import io.osier.agent.pod.CommandSupervisor;
import io.osier.agent.pod.PodLink;
import io.osier.agent.pod.PodNamespaces;
import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.reconcile.ForwardingStateCompiler;
import io.osier.agent.reconcile.HostAddresses;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.reconcile.PodKeeper;
import io.osier.agent.reconcile.PodMaker;
import io.osier.agent.reconcile.Reconciler;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.io.ConnectionFile;
import io.osier.dataplane.io.Dataplane;
import io.osier.dataplane.io.DataplaneConfig;
import io.osier.dataplane.io.DataplaneListener;
import io.osier.dataplane.io.Rehearsal;
import io.osier.dataplane.io.TapFactory;
import io.osier.dataplane.io.TapOffload;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.worker.WorkerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One agent, from its configuration to its end: takes a lease, opens the dataplane, joins the cluster, answers. */
public final class AgentProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    /** Where weave's router answers, too. */
    private static final int API_PORT = 6784;

    private static final long FIRST_ROUND_SECONDS = 60;
    private static final Duration REHEARSAL = Duration.ofSeconds(10);

    private final AgentConfig config;
    private final Path state;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private AgentProcess(AgentConfig config) {
        this.config = config;
        this.state = Path.of(config.stateDirectory());
    }

    /**
     * Starts an agent; when this returns it is ready.
     *
     * @throws IOException or {@link RuntimeException} in one line, and nothing is left open
     */
    public static AgentProcess start(AgentConfig config) throws IOException {
        AgentProcess process = new AgentProcess(config);
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
        IpPrefix podRange = IpPrefix.parse(config.podRange());
        SubnetLeases leases = new SubnetLeases(store, podRange, config.subnetPrefixLength());
        AddressClaims claims = new AddressClaims(store);

        List<Node> nodes = objects.list(Keys.NODES, Node.class);
        IpAddress underlay = underlay(nodes);
        int mtuBytes = UnderlayAddress.podMtuBytes(underlay);
        Set<TapOffload> offloads = config.offloads().equals("none") ? Set.of() : TapFactory.acceptedOffloads();
        NodeIdentity identity = new NodeIdentity(state);
        IpPrefix subnet = lease(store, leases, identity, underlay, nodes);
        NodeSettings settings = settings(subnet, podRange, offloads);
        keep(new Presence(store, settings.nodeName(), identity.id()));
        LOG.info(
                "node {} has {} and is reached at {}; pods have an MTU of {} bytes",
                settings.nodeName(),
                settings.subnet(),
                underlay,
                mtuBytes);

        ForwardingStateCompiler compiler = new ForwardingStateCompiler(settings);
        AtomicReference<PodKeeper> keeper = new AtomicReference<>();
        Dataplane dataplane = keep(Dataplane.open(
                new DataplaneConfig(
                        underlay, config.port(), WorkerConfig.DEFAULT.withVni(vni()), offloads, connections(settings)),
                compiler.compile(ClusterState.EMPTY, 1, ServiceTable.EMPTY),
                new Listener(keeper)));
        rehearse(offloads);
        register(objects, settings, underlay, mtuBytes);
        keep(new MtuWatch(settings.nodeName(), underlay, mtuBytes, objects));

        AtomicReference<PodMaker> maker = new AtomicReference<>();
        CommandSupervisor commands =
                keep(new CommandSupervisor(state.resolve("logs"), state.resolve("commands"), (namespace, status) -> {
                    PodMaker known = maker.get();
                    if (known != null) {
                        known.commandChanged(namespace, status);
                    }
                }));
        PodMaker pods = new PodMaker(
                settings,
                claims,
                objects,
                new PodNamespaces(state.resolve("namespaces")),
                new PodLink(dataplane, podRange, settings.gateway(), mtuBytes),
                commands);
        maker.set(pods);
        PodKeeper podKeeper = keep(new PodKeeper(settings.nodeName(), pods, objects));
        keeper.set(podKeeper);
        HostAddresses reserved = HostAddresses.of(settings.serviceRange());
        HostServices hostServices = new HostServices(reserved.outside(), reserved.inside());
        Reconciler reconciler = keep(new Reconciler(store, compiler, dataplane.proxy(), podKeeper, hostServices::take));
        reconciler.firstRound().orTimeout(FIRST_ROUND_SECONDS, TimeUnit.SECONDS).join();
        // Like the pods, only now: a packet that came before the services are known would open a flow past them.
        new HostNetwork(podRange, settings.serviceRange(), settings.gateway(), mtuBytes).connect(dataplane);
        hostServices.connected();

        String token = ClusterToken.of(store);
        ClusterDirectory directory =
                keep(new ClusterDirectory(settings.nodeName(), objects, MachineIdentity.bootId(), token));
        AgentApi api = new AgentApi(
                settings,
                vni(),
                underlay,
                mtuBytes,
                offloads,
                config.store().describe(config.stateDirectory()),
                dataplane.proxy(),
                store,
                leases,
                commands,
                directory,
                keep(ProbeSocket.open(apiAddress(settings))));
        keep(ApiServer.listen(apiAddress(settings), token, api.routes()));
        keep(ApiServer.listen(Path.of(config.socket()), api.routes()));
        LOG.info("ready; answering at {}", config.socket());
        ReadyNotice.send();
    }

    /** Beside the rest of the start, and it need not be over when the agent is ready. */
    private static void rehearse(Set<TapOffload> offloads) {
        Thread thread = new Thread(
                () -> {
                    try {
                        Rehearsal.perform(offloads, REHEARSAL);
                    } catch (IOException | RuntimeException e) {
                        LOG.info("the first packets will be slower than the others: {}", e.getMessage());
                    }
                },
                "osier-rehearsal");
        thread.setDaemon(true);
        thread.start();
    }

    private IpAddress underlay(List<Node> nodes) {
        String configured = config.underlayAddress();
        IpAddress address =
                configured == null ? UnderlayAddress.find(config.nodeName(), nodes) : IpAddress.parse(configured);
        UnderlayAddress.checkUnique(address, config.nodeName(), nodes);
        return address;
    }

    private IpPrefix lease(
            StateStore store, SubnetLeases leases, NodeIdentity identity, IpAddress underlay, List<Node> nodes)
            throws IOException {
        List<IpPrefix> foreign = nodes.stream()
                .filter(node -> node.spec().foreign())
                .flatMap(node -> node.spec().podCIDRs().stream())
                .map(IpPrefix::parse)
                .toList();
        Claimant claimant = new Claimant(config.nodeName(), identity.id(), underlay.toString());
        boolean inUse = !new PodNamespaces(state.resolve("namespaces")).list().isEmpty();
        IpPrefix subnet = new SubnetClaim(
                        store, leases, Clock.systemUTC(), claimant, name -> Presence.isSeen(store, name))
                .acquire(identity.subnet(), inUse, foreign);
        identity.remember(subnet);
        return subnet;
    }

    private NodeSettings settings(IpPrefix subnet, IpPrefix podRange, Set<TapOffload> offloads) {
        return new NodeSettings(
                config.nodeName(),
                podRange,
                IpPrefix.parse(config.serviceRange()),
                subnet,
                offloads.contains(TapOffload.CSUM));
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
                        MachineIdentity.bootId()));
    }

    /** In the overlay, where agents reach each other, and whatever their machines' firewalls say about the underlay. */
    private static InetSocketAddress apiAddress(NodeSettings settings) {
        return new InetSocketAddress(settings.gateway().toString(), API_PORT);
    }

    private int vni() {
        Integer vni = config.vni();
        return vni == null ? 1 : vni;
    }

    /** Enters the node, or brings its entry up to date; one of this name whose agent answers is somebody else. */
    private void register(ObjectStore objects, NodeSettings settings, IpAddress underlay, int mtuBytes) {
        String key = Keys.node(settings.nodeName());
        Node.Spec spec = new Node.Spec(null, List.of(settings.subnet().toString()), false);
        Node.Status status = new Node.Status(
                List.of(new Node.Address("InternalIP", underlay.toString())),
                config.socket(),
                settings.gateway() + ":" + API_PORT,
                MachineIdentity.bootId(),
                Version.current(),
                settings.remoteChecksum() ? List.of(Node.Status.REMOTE_CHECKSUM) : List.of(),
                mtuBytes,
                null);
        Node present = objects.get(key, Node.class).orElse(null);
        if (present != null) {
            String socket = present.status().apiSocket();
            if (present.spec().foreign() || (!config.socket().equals(socket) && ClusterDirectory.answers(socket))) {
                throw new ValidationException(
                        "node " + settings.nodeName() + " exists already: set another nodeName in the configuration");
            }
        }
        ObjectMeta metadata = present == null
                ? ObjectMeta.named(settings.nodeName())
                        .created(UUID.randomUUID().toString(), Instant.now())
                : present.metadata();
        objects.put(key, Node.of(metadata, spec, status));
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

    /** Stops the agent; pods, their commands and devices stay for its return. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.warn("while stopping: {}", e.toString());
            }
        }
    }
}
