package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.policy.PeerSet;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyTable;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.PodInstances;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.WorkerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Nodes on one simulated underlay, with the policy that an agent would compile for each. Every change is published to all
 * nodes at once. All randomness comes from one seed, all time from one clock.
 */
public final class SimulatedCluster implements AutoCloseable {
    public static final IpPrefix POD_RANGE = IpPrefix.parse("10.32.0.0/12");
    public static final IpPrefix SERVICE_RANGE = IpPrefix.parse("10.96.0.0/12");

    public static final Ipv6Ranges IPV6 =
            new Ipv6Ranges(EmbeddingPrefix.parse("fd6f:7369:6572:1::/64"), IpPrefix.parse("fd6f:7369:6572:2::/108"));

    private static final WorkerConfig SMALL = new WorkerConfig(1, 256, 256, 16);
    private static final int SETTLED_WITHIN = 1_000;

    private final long seed;
    private final Random random;
    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedUnderlay underlay;
    private final Map<SimulatedNode, List<Route>> nodes = new LinkedHashMap<>();
    private final List<ForeignNode> foreignNodes = new ArrayList<>();
    private final Map<String, VirtualService> services = new LinkedHashMap<>();
    private final Map<IpAddress, PodPolicy> policies = new LinkedHashMap<>();
    private boolean isolating;
    private final Set<SimulatedNode> behind = new HashSet<>();
    private ServiceTable serviceTable = ServiceTable.EMPTY;
    private PodInstances pods = PodInstances.NONE;
    private long generation;
    private int lastUnderlayAddress;

    public SimulatedCluster(long seed) {
        this.seed = seed;
        random = new Random(seed);
        underlay = new SimulatedUnderlay(clock, random);
    }

    /** Adds a node with this subnet, whose {@code .1} is its gateway. */
    public SimulatedNode node(String name, String subnet) {
        return node(name, subnet, SMALL);
    }

    public SimulatedNode node(String name, String subnet, WorkerConfig config) {
        IpPrefix prefix = IpPrefix.parse(subnet);
        IpAddress address = nextUnderlayAddress();
        IpAddress gateway = IpAddress.v4(prefix.address().v4Bits() + 1);
        SimulatedNode node = new SimulatedNode(
                new ForwardingState(
                        generation,
                        name,
                        gateway,
                        POD_RANGE,
                        SERVICE_RANGE,
                        IPV6,
                        List.of(),
                        PodRoutes.of(List.of(new Route(prefix, null))),
                        ServiceTable.EMPTY,
                        PolicyTable.NONE),
                prefix,
                address,
                underlay.attach(address),
                config,
                clock,
                random);
        nodes.put(node, new ArrayList<>());
        publish();
        return node;
    }

    /** Adds a node that is none of ours. */
    public ForeignNode foreignNode(String name, String subnet) {
        IpAddress address = nextUnderlayAddress();
        ForeignNode node = new ForeignNode(
                new Peer(name, address, true), IpPrefix.parse(subnet), underlay.attach(address), SMALL.vni());
        foreignNodes.add(node);
        publish();
        return node;
    }

    private IpAddress nextUnderlayAddress() {
        return IpAddress.v4(IpAddress.parse("172.30.0.0").v4Bits() + ++lastUnderlayAddress);
    }

    /** Takes a node out of everybody's policy; it goes on forwarding by the last that it has heard. */
    public void forget(SimulatedNode node) {
        node.close();
        nodes.remove(node);
        publish();
    }

    /** A pod of this node with an address outside the node's subnet. */
    public MemoryPort strayPod(SimulatedNode node, String address) {
        nodes.computeIfAbsent(node, n -> new ArrayList<>())
                .add(new Route(IpPrefix.of(IpAddress.parse(address)), node.asPeer()));
        publish();
        return node.pod(address);
    }

    /** Adds or changes a service; backends are {@code ADDRESS:PORT}. */
    public VirtualService service(String name, int protocol, String address, int port, String... backends) {
        return affineService(name, protocol, address, port, 0, backends);
    }

    /** The same; a client that comes again within this time gets the backend that it had. */
    public VirtualService affineService(
            String name, int protocol, String address, int port, int affinitySeconds, String... backends) {
        VirtualService service = new VirtualService(
                name,
                protocol,
                IpAddress.parse(address),
                port,
                Arrays.stream(backends).map(SimulatedCluster::backend).toList(),
                List.of(),
                ServicePolicy.DEFAULT.withAffinity(affinitySeconds));
        services.put(name, service);
        publish();
        return service;
    }

    /** Adds or changes a service at one of its addresses; {@code near} are backends of every node's own. */
    public VirtualService exposed(
            String name, String address, int port, ServicePolicy policy, List<String> backends, List<String> near) {
        VirtualService service = new VirtualService(
                name,
                IpProtocol.TCP,
                IpAddress.parse(address),
                port,
                backends.stream().map(SimulatedCluster::backend).toList(),
                near.stream().map(SimulatedCluster::backend).toList(),
                policy);
        services.put(name + "@" + address, service);
        publish();
        return service;
    }

    private static Backend backend(String addressAndPort) {
        int colon = addressAndPort.lastIndexOf(':');
        IpAddress address = IpAddress.parse(addressAndPort.substring(0, colon));
        boolean pod = POD_RANGE.contains(address) || IPV6.pods().contains(address.high(), address.low());
        long mac = pod ? MacAddress.ofPod(address.v4Bits()) : Backend.VIA_GATEWAY;
        return new Backend(address, Integer.parseInt(addressAndPort.substring(colon + 1)), mac);
    }

    /** Adds or changes a TCP or UDP service whose backends are pods of these numbers: {@code ADDRESS:PORT#INSTANCE}. */
    public void podService(String name, int protocol, String address, int port, FlowPolicy flows, String... backends) {
        List<Backend> pods = Arrays.stream(backends)
                .map(text -> {
                    Backend plain = backend(text.substring(0, text.indexOf('#')));
                    long instance = Long.parseLong(text.substring(text.indexOf('#') + 1));
                    return new Backend(plain.address(), plain.port(), plain.mac(), 1, instance);
                })
                .toList();
        ServicePolicy policy = ServicePolicy.DEFAULT.with(flows);
        services.put(name, new VirtualService(name, protocol, IpAddress.parse(address), port, pods, List.of(), policy));
        publish();
    }

    /** All addresses of the pod with this IPv4 address. */
    public static List<IpAddress> addressesOf(IpAddress pod) {
        return List.of(pod, IPV6.pods().of(pod), NdpResponder.linkLocalOf(MacAddress.ofPod(pod.v4Bits())));
    }

    /** Isolates a pod, at all of its addresses; all others are known not to be. */
    public void isolate(String podAddress, PodPolicy policy) {
        isolating = true;
        addressesOf(IpAddress.parse(podAddress)).forEach(address -> policies.put(address, policy));
        publish();
    }

    /** Isolates no pod any more. */
    public void isolateNobody() {
        policies.clear();
        isolating = false;
        publish();
    }

    /** Says which pods there are; every node hears it with the next change. */
    public void pods(long... instances) {
        pods = new PodInstances(instances);
    }

    public void removeService(String name) {
        services.remove(name);
        publish();
    }

    /** Gives every node the present policy, but for those that are behind. */
    public void publish() {
        generation++;
        serviceTable = ServiceTable.of(services.values(), serviceTable, pods);
        for (SimulatedNode node : nodes.keySet()) {
            if (!behind.contains(node)) {
                node.proxy().publish(stateOf(node)).join();
            }
        }
    }

    /** Lets a node go on by the policy that it has, as one does that hears late. */
    public void fallBehind(SimulatedNode node) {
        behind.add(node);
    }

    /** Lets all nodes hear what they have missed. */
    public void catchUp() {
        behind.clear();
        publish();
    }

    private ForwardingState stateOf(SimulatedNode node) {
        List<Peer> peers = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        nodes.forEach((other, strays) -> {
            Peer via = other == node ? null : other.asPeer();
            routes.add(new Route(other.subnet(), via));
            strays.forEach(stray -> routes.add(new Route(stray.destination(), via)));
            if (via != null) {
                peers.add(via);
            }
        });
        for (ForeignNode foreign : foreignNodes) {
            peers.add(foreign.asPeer());
            routes.add(new Route(foreign.subnet(), foreign.asPeer()));
        }
        return new ForwardingState(
                generation,
                node.asPeer().name(),
                node.gateway(),
                POD_RANGE,
                SERVICE_RANGE,
                IPV6,
                peers,
                PodRoutes.of(routes),
                serviceTable,
                policiesOf(node));
    }

    private PolicyTable policiesOf(SimulatedNode node) {
        if (!isolating) {
            return PolicyTable.NONE;
        }
        Map<IpAddress, PodPolicy> own = new LinkedHashMap<>();
        node.podAddresses().stream()
                .flatMap(pod -> addressesOf(pod).stream())
                .forEach(address -> own.put(address, policies.getOrDefault(address, PodPolicy.FREE)));
        return PolicyTable.of(own, PeerSet.of(List.of(node.underlayAddress()), List.of()));
    }

    /** Lets all nodes forward until nothing moves; no time passes. */
    public void settle() {
        int waiting = nodes.keySet().stream().mapToInt(SimulatedNode::waiting).sum();
        for (int i = 0; i < SETTLED_WITHIN + waiting; i++) {
            boolean moved = false;
            for (SimulatedNode node : nodes.keySet()) {
                moved |= node.cycle();
            }
            if (!moved) {
                return;
            }
        }
        throw new AssertionError("packets go round in a loop; seed " + seed);
    }

    /** Lets time pass in steps of a second, as a worker's ticks do, and packets move. */
    public void advance(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            clock.advance(Duration.ofSeconds(1));
            settle();
            nodes.keySet().forEach(node -> node.worker().tick());
        }
        clock.advanceNanos(time.toNanosPart());
        settle();
    }

    /** The underlay address of the node that this pod or gateway is on. */
    public IpAddress nodeOf(IpAddress station) {
        return nodes.keySet().stream()
                .filter(node -> node.subnet().contains(station))
                .findFirst()
                .orElseThrow(() -> new AssertionError(station + " is of no node"))
                .underlayAddress();
    }

    public SimulatedUnderlay underlay() {
        return underlay;
    }

    public SimulatedClock clock() {
        return clock;
    }

    public long seed() {
        return seed;
    }

    /** Checks every node's account. */
    @Override
    public void close() {
        nodes.keySet().forEach(SimulatedNode::close);
        assertThat(nodes).as("a cluster without nodes proves nothing").isNotEmpty();
    }
}
