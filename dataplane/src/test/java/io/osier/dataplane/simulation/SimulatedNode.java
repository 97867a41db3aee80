package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.worker.ConnectionSnapshot;
import io.osier.dataplane.worker.CountersSnapshot;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.NanoClock;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import io.osier.dataplane.worker.WorkerProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** One node of a {@link SimulatedCluster}: a worker with a host, pods over memory, and a socket on the simulated underlay. */
public final class SimulatedNode implements AutoCloseable {
    private final String name;
    private final IpPrefix subnet;
    private final IpAddress gateway;
    private final IpAddress underlayAddress;
    private final SimulatedUnderlay.Socket socket;
    private final Counters counters = new Counters();
    private final Worker worker;
    private final WorkerProxy proxy;
    private final List<MemoryPort> ports = new ArrayList<>();
    private final MemoryPort host;
    private long takenFromPorts;
    private int announcedMtuBytes;

    SimulatedNode(
            ForwardingState initial,
            IpPrefix subnet,
            IpAddress underlayAddress,
            SimulatedUnderlay.Socket socket,
            WorkerConfig config,
            NanoClock clock,
            RandomGenerator random) {
        this.name = initial.nodeName();
        this.subnet = subnet;
        this.gateway = initial.gateway();
        this.underlayAddress = underlayAddress;
        this.socket = socket;
        worker = new Worker(config, initial, socket, counters, clock, random);
        proxy = new WorkerProxy(worker, Runnable::run);
        host = add(new PortId(PortKind.HOST, "osier0"), gateway);
    }

    /** Puts a pod with this address on the node, named after it. */
    public MemoryPort pod(String address) {
        return pod(address, address);
    }

    /** Puts a pod with this name and address on the node. */
    public MemoryPort pod(String podName, String address) {
        return add(new PortId(PortKind.POD, podName), IpAddress.parse(address));
    }

    private MemoryPort add(PortId id, IpAddress address) {
        MemoryPort port = new MemoryPort(id, MacAddress.ofPod(address.v4Bits()));
        proxy.addPort(new LocalPort(
                        port,
                        port.mac(),
                        Set.of(address, SimulatedCluster.IPV6.pods().of(address))))
                .join();
        ports.add(port);
        return port;
    }

    /** Takes a pod off the node. */
    public void remove(MemoryPort port) {
        proxy.removePort(new LocalPort(port, port.mac(), Set.of())).join();
        ports.remove(port);
    }

    /** What the node says, from the next publication on, about the packets that it takes. */
    public void announceMtu(int mtuBytes) {
        announcedMtuBytes = mtuBytes;
    }

    /** The node's own network stack. */
    public MemoryPort host() {
        return host;
    }

    public SimulatedUnderlay.Socket socket() {
        return socket;
    }

    public Worker worker() {
        return worker;
    }

    public WorkerProxy proxy() {
        return proxy;
    }

    public Counters counters() {
        return counters;
    }

    public IpAddress gateway() {
        return gateway;
    }

    public IpAddress underlayAddress() {
        return underlayAddress;
    }

    /** IPv4 addresses of the pods that are on the node. */
    List<IpAddress> podAddresses() {
        return ports.stream()
                .filter(port -> port.id().kind() == PortKind.POD)
                .map(port -> IpAddress.v4((int) port.mac()))
                .toList();
    }

    IpPrefix subnet() {
        return subnet;
    }

    Peer asPeer() {
        return new Peer(name, underlayAddress, false, false, announcedMtuBytes);
    }

    /** How many packets ended here for this reason. */
    public long dropped(DropReason reason) {
        return counters.drops().packets(reason);
    }

    /** All that ended here, as {@code drops} would list it: {@code no-endpoint 1}. */
    public List<String> drops() {
        return worker.counters().drops().entrySet().stream()
                .map(drop -> drop.getKey().label() + " " + drop.getValue())
                .sorted()
                .toList();
    }

    /** The translated flows as {@code get flows} would list them. */
    public List<String> flows() {
        return worker.connections().stream()
                .map(flow -> flow.client() + ":" + flow.clientPort() + " " + flow.service() + ":" + flow.servicePort()
                        + " " + flow.backend() + ":" + flow.backendPort() + " " + flow.state())
                .sorted()
                .toList();
    }

    /** The only flow; fails if there are more or none. */
    public ConnectionSnapshot flow() {
        assertThat(worker.connections()).hasSize(1);
        return worker.connections().get(0);
    }

    /** Frames that the node's stations have sent and the worker has not taken. */
    int waiting() {
        return ports.stream().mapToInt(MemoryPort::waiting).sum();
    }

    /** Serves every port and the socket once, as a loop does while all are ready; true if anything came in. */
    public boolean cycle() {
        long before = worker.counters().balance().received();
        for (MemoryPort port : List.copyOf(ports)) {
            int waiting = port.waiting();
            worker.servicePort(port);
            takenFromPorts += waiting - port.waiting();
        }
        worker.serviceUnderlay();
        return worker.counters().balance().received() != before;
    }

    /** Checks that no packet has vanished or come from nowhere. */
    @Override
    public void close() {
        CountersSnapshot account = worker.counters();
        assertThat(account.balance().holds())
                .as("%s: in = out + dropped + held: %s", name, account)
                .isTrue();
        assertThat(account.balance().received())
                .as("%s: what came in was counted", name)
                .isEqualTo(takenFromPorts + socket.taken());
        assertThat(account.balance().held())
                .as("%s: nothing is held between batches", name)
                .isZero();
    }

    @Override
    public String toString() {
        return name + ports.stream().map(port -> " " + port.id()).collect(Collectors.joining());
    }
}
