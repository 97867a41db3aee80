package io.osier.dataplane.io;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.CountersSnapshot;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Forwards made-up packets through two dataplanes of its own until the JVM has compiled the way that real ones take: a method
 * runs some thousand times slower than it could, before it is. Nobody sees these packets: the tunnel between the two is in a
 * network namespace that ends with them, and instead of TAPs they have pairs of sockets, which look the same to a
 * {@link TapPort}.
 *
 * <p>Takes a few seconds of processor time, most of it the compilers', and is over when {@link #perform} returns. Needs
 * {@code CAP_SYS_ADMIN}.
 */
public final class Rehearsal implements AutoCloseable {
    /** Rounds after which even what runs once a batch has run often enough to be compiled, if it is ever to be. */
    private static final int MIN_ROUNDS = 1_000;
    /** Whatever else the machine has to do comes first. */
    private static final int NICENESS = 15;

    private static final IpAddress GATEWAY_A = IpAddress.parse("10.0.0.1");
    private static final IpAddress GATEWAY_B = IpAddress.parse("10.0.1.1");
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.2");
    private static final IpAddress SERVER = IpAddress.parse("10.0.1.2");
    private static final IpAddress SERVICE = IpAddress.parse("10.128.0.1");
    private static final IpAddress NOBODY_THERE = IpAddress.parse("10.0.1.99");
    private static final IpAddress NO_SERVICE = IpAddress.parse("10.128.0.99");
    private static final int SERVICE_PORT = 80;
    private static final int SERVER_PORT = 8080;
    private static final int CLIENT_PORT = 40_000;
    private static final int FLOWS = 64;
    private static final int RARE = 16;
    private static final IpPrefix POD_RANGE = IpPrefix.parse("10.0.0.0/16");
    private static final int SUBNET_BITS = 24;
    private static final int MTU_BYTES = 1_450;
    private static final long QUIET_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final int IFF_UP = 1;
    private static final long SIOCSIFFLAGS = 0x8914L;

    private static final DataplaneListener NOBODY = new DataplaneListener() {
        @Override
        public void portGone(PortId port) {}

        @Override
        public void workerFailed(RuntimeException failure) {}
    };

    private final Set<TapOffload> offloads;
    private final Dataplane a;
    private final Dataplane b;
    private final RehearsalPod client;
    private final RehearsalPod server;
    private final boolean superFrames;
    private int sentBytes = 1;

    Rehearsal(Set<TapOffload> offloads) throws IOException {
        this.offloads = offloads;
        superFrames = offloads.contains(TapOffload.TSO4);
        Counters countersA = new Counters();
        Counters countersB = new Counters();
        IpAddress underlayA = IpAddress.parse("127.0.0.1");
        IpAddress underlayB = IpAddress.parse("127.0.0.2");
        List<UdpPort> tunnel = NetworkNamespace.callInThrowaway(() -> {
            loopbackUp();
            return List.of(
                    UdpPort.open(underlayA, VxlanHeader.UDP_PORT, countersA.drops()),
                    UdpPort.open(underlayB, VxlanHeader.UDP_PORT, countersB.drops()));
        });
        a = dataplane(underlayA, GATEWAY_A, underlayB, GATEWAY_B, tunnel.get(0), countersA);
        b = dataplane(underlayB, GATEWAY_B, underlayA, GATEWAY_A, tunnel.get(1), countersB);
        client = RehearsalPod.join(a, CLIENT);
        server = RehearsalPod.join(b, SERVER);
        a.proxy().run(worker -> stepBack());
        b.proxy().run(worker -> stepBack());
    }

    /**
     * Rehearses until the compilers have next to nothing more to do, or until the time is over. On a thread of its own, which
     * is never the first to get a processor from then on.
     *
     * @param offloads those of the dataplane that this is for
     * @throws IOException in one line, if it cannot be had; nothing is lost but time
     */
    public static void perform(Set<TapOffload> offloads, Duration atMost) throws IOException {
        long endNanos = System.nanoTime() + atMost.toNanos();
        stepBack();
        try (Rehearsal rehearsal = new Rehearsal(offloads)) {
            CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
            CompilerLull lull = new CompilerLull(System.nanoTime(), compilers.getTotalCompilationTime());
            for (int i = 0; System.nanoTime() - endNanos < 0; i++) {
                rehearsal.round(i);
                if (lull.isReached(System.nanoTime(), compilers.getTotalCompilationTime()) && i >= MIN_ROUNDS) {
                    return;
                }
            }
        }
    }

    private static void stepBack() {
        Libc.setpriority(0, 0, NICENESS); // of this thread alone, on Linux
    }

    /** What pods say most: bulk and its acknowledgments, small questions and answers; directly and through a service. */
    void round(int round) throws IOException {
        long gatewayMac = MacAddress.ofPod(GATEWAY_A.v4Bits());
        long clientMac = MacAddress.ofPod(CLIENT.v4Bits());
        long serverMac = MacAddress.ofPod(SERVER.v4Bits());
        int flow = CLIENT_PORT + round % FLOWS;
        client.tcp(SERVICE, gatewayMac, flow, SERVICE_PORT, TcpHeader.SYN, 0, 0);
        server.tcp(CLIENT, clientMac, SERVER_PORT, flow, TcpHeader.SYN | TcpHeader.ACK, 0, 0);
        for (int i = 0; i < 4; i++) {
            int segments = superFrames ? 1 + (round + i) % 16 : 1;
            client.tcp(SERVER, serverMac, CLIENT_PORT, SERVER_PORT, TcpHeader.ACK, sentBytes, segments);
            server.tcp(CLIENT, clientMac, SERVER_PORT, CLIENT_PORT, TcpHeader.ACK, 1, 0);
            client.tcp(SERVICE, gatewayMac, flow, SERVICE_PORT, TcpHeader.ACK, 1 + i, 0);
            server.tcp(CLIENT, clientMac, SERVER_PORT, flow, TcpHeader.ACK, sentBytes, segments);
            client.udp(SERVICE, gatewayMac, flow, SERVICE_PORT, 64);
            server.udp(CLIENT, clientMac, SERVER_PORT, flow, 64);
            client.udp(SERVER, serverMac, CLIENT_PORT, SERVER_PORT, 64);
            server.udp(CLIENT, clientMac, SERVER_PORT, CLIENT_PORT, 64);
            sentBytes += segments * RehearsalPod.PAYLOAD_BYTES;
            client.listen();
            server.listen();
        }
        if (round % RARE == 0) {
            sayWhatIsRare(round);
        }
        listenToTheEnd();
    }

    /** A compiler that has never seen such a packet leaves its way out, and has to begin again when one comes. */
    private void sayWhatIsRare(int round) throws IOException {
        long serverMac = MacAddress.ofPod(SERVER.v4Bits());
        client.solicitRouters();
        client.ask(GATEWAY_A);
        client.ask(SERVER);
        client.ask(NOBODY_THERE);
        client.echo(SERVER, serverMac, IcmpHeader.V4_ECHO_REQUEST);
        server.echo(CLIENT, MacAddress.ofPod(CLIENT.v4Bits()), IcmpHeader.V4_ECHO_REPLY);
        client.udp(NO_SERVICE, MacAddress.ofPod(GATEWAY_A.v4Bits()), CLIENT_PORT, SERVICE_PORT, 64);
        client.tcp(SERVER, serverMac, CLIENT_PORT + round % FLOWS, SERVER_PORT, TcpHeader.SYN, 0, 0);
        client.tcp(SERVER, serverMac, CLIENT_PORT + round % FLOWS, SERVER_PORT, TcpHeader.FIN | TcpHeader.ACK, 1, 0);
    }

    /** The accounts of both nodes. */
    List<CountersSnapshot> counters() {
        return Stream.of(a, b)
                .map(node -> node.proxy().ask(Worker::counters).join())
                .toList();
    }

    /** Until nothing more comes, so that nothing is lost for want of room. */
    private void listenToTheEnd() throws IOException {
        long quietSinceNanos = System.nanoTime();
        while (System.nanoTime() - quietSinceNanos < QUIET_NANOS) {
            if (client.listen() + server.listen() > 0) {
                quietSinceNanos = System.nanoTime();
            }
            LockSupport.parkNanos(QUIET_NANOS / 4);
        }
    }

    private Dataplane dataplane(
            IpAddress underlay,
            IpAddress gateway,
            IpAddress peerUnderlay,
            IpAddress peerGateway,
            UdpPort socket,
            Counters counters)
            throws IOException {
        Peer peer = new Peer("rehearsal", peerUnderlay, false, offloads.contains(TapOffload.CSUM), MTU_BYTES);
        Backend backend = new Backend(SERVER, SERVER_PORT, MacAddress.ofPod(SERVER.v4Bits()));
        ForwardingState state = new ForwardingState(
                1,
                "rehearsal",
                gateway,
                POD_RANGE,
                IpPrefix.parse("10.128.0.0/16"),
                List.of(peer),
                PodRoutes.of(List.of(new Route(subnetOf(gateway), null), new Route(subnetOf(peerGateway), peer))),
                ServiceTable.of(List.of(
                        new VirtualService("tcp", IpProtocol.TCP, SERVICE, SERVICE_PORT, List.of(backend)),
                        new VirtualService("udp", IpProtocol.UDP, SERVICE, SERVICE_PORT, List.of(backend)))));
        DataplaneConfig config =
                new DataplaneConfig(underlay, VxlanHeader.UDP_PORT, new WorkerConfig(1, 256, 64, 16), offloads);
        return Dataplane.open(config, state, NOBODY, socket, counters);
    }

    private static IpPrefix subnetOf(IpAddress gateway) {
        return new IpPrefix(IpAddress.v4(gateway.v4Bits() & 0xffff_ff00), SUBNET_BITS);
    }

    private static void loopbackUp() throws IOException {
        int socket = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.O_CLOEXEC, 0);
        try {
            if (new InterfaceRequest("lo").withFlags(IFF_UP).ioctl(socket, SIOCSIFFLAGS) < 0) {
                throw Libc.failure("lo");
            }
        } finally {
            Libc.close(socket);
        }
    }

    @Override
    public void close() {
        a.close();
        b.close();
        client.close();
        server.close();
    }
}
