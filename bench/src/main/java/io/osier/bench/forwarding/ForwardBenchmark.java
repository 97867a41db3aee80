package io.osier.bench.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.ReplayPort;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the forwarding of a packet of 64 bytes payload costs: a worker's turn of a full batch, over memory instead of descriptors.
 * {@link #receiveOnly} is the part of it that is not forwarding: the copying of the packet into its frame.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OperationsPerInvocation(Worker.BATCH_FRAMES)
@SuppressWarnings("NullAway.Init") // JMH calls build() first
public class ForwardBenchmark {
    private static final String CLIENT = "10.32.0.2";
    private static final String NEAR = "10.32.0.3";
    private static final String FAR = "10.32.1.2";
    private static final String SERVICE = "10.96.0.0";
    private static final IpAddress PEER_ADDRESS = IpAddress.parse("172.30.0.2");
    private static final int PAYLOAD_BYTES = 64;

    /** How many services there are in the table. */
    @Param({"1", "10000"})
    private int services;

    private final ReplayPort near = new ReplayPort("near");
    private Rig toNear;
    private Rig toFar;
    private Rig toService;
    private Rig fromTunnel;
    private final FrameBatch batch = new FrameBatch(Worker.BATCH_FRAMES);

    /** A worker, what it is brought, and where that ends. */
    private final class Rig {
        private final ReplayPort client = new ReplayPort("client");
        private final ReplayPort underlay = new ReplayPort("underlay");
        private final Worker worker;

        Rig(List<RawFrame> fromClient, List<RawFrame> fromUnderlay) {
            client.replay(fromClient);
            underlay.replayFrom(PEER_ADDRESS, fromUnderlay);
            worker = new Worker(
                    WorkerConfig.DEFAULT, state(), underlay, new Counters(), System::nanoTime, new Random(1));
            worker.addPort(new LocalPort(client, mac(CLIENT), Set.of(IpAddress.parse(CLIENT))));
            worker.addPort(new LocalPort(near, mac(NEAR), Set.of(IpAddress.parse(NEAR))));
        }

        void check() {
            var balance = worker.counters().balance();
            if (balance.received() == 0 || balance.transmitted() != balance.received()) {
                throw new IllegalStateException("not every packet arrived: " + balance);
            }
        }
    }

    /** Builds everything anew for each fork and number of services. */
    @Setup(Level.Trial)
    public void build() {
        toNear = new Rig(List.of(packet(CLIENT, NEAR)), List.of());
        toFar = new Rig(List.of(packet(CLIENT, FAR)), List.of());
        toService = new Rig(List.of(packet(CLIENT, service(services / 2))), List.of());
        fromTunnel = new Rig(List.of(), List.of(RawFrame.of(vxlan(1, packet(FAR, CLIENT)))));
    }

    /** A benchmark of packets that are dropped would be a fast one. */
    @TearDown(Level.Trial)
    public void check() {
        for (Rig rig : List.of(toNear, toFar, toService, fromTunnel)) {
            if (rig.worker.counters().balance().received() > 0) {
                rig.check();
            }
        }
    }

    /** The copying alone. */
    @Benchmark
    public int receiveOnly() {
        return toNear.client.receive(batch);
    }

    /** From a pod to its neighbour. */
    @Benchmark
    public long sameNode() {
        toNear.worker.servicePort(toNear.client);
        return near.transmittedPackets();
    }

    /** From a pod towards another node. */
    @Benchmark
    public long intoTunnel() {
        toFar.worker.servicePort(toFar.client);
        return toFar.underlay.transmittedPackets();
    }

    /** From another node to a pod. */
    @Benchmark
    public long outOfTunnel() {
        fromTunnel.worker.serviceUnderlay();
        return fromTunnel.client.transmittedPackets();
    }

    /** From a pod to a service, in a flow that is known. */
    @Benchmark
    public long serviceKnownFlow() {
        toService.worker.servicePort(toService.client);
        return toService.underlay.transmittedPackets();
    }

    private ForwardingState state() {
        Peer peer = new Peer("node-b", PEER_ADDRESS, false);
        return new ForwardingState(
                1,
                "node-a",
                IpAddress.parse("10.32.0.1"),
                IpPrefix.parse("10.32.0.0/12"),
                IpPrefix.parse("10.96.0.0/12"),
                List.of(peer),
                PodRoutes.of(List.of(
                        new Route(IpPrefix.parse("10.32.0.0/24"), null),
                        new Route(IpPrefix.parse("10.32.1.0/24"), peer))),
                ServiceTable.of(IntStream.range(0, services)
                        .mapToObj(ForwardBenchmark::virtualService)
                        .toList()));
    }

    private static VirtualService virtualService(int i) {
        return new VirtualService(
                "default/service-" + i,
                IpProtocol.UDP,
                IpAddress.parse(service(i)),
                53,
                List.of(
                        new Backend(IpAddress.parse(FAR), 5353, mac(FAR)),
                        new Backend(IpAddress.parse("10.32.1.3"), 5353, mac("10.32.1.3"))));
    }

    private static String service(int i) {
        return IpAddress.v4(IpAddress.parse(SERVICE).v4Bits() + 10 + i).toString();
    }

    private static RawFrame packet(String from, String to) {
        return udp().from(from, 4000)
                .to(to, 53)
                .payload(new byte[PAYLOAD_BYTES])
                .build();
    }

    private static long mac(String address) {
        return MacAddress.ofPod(IpAddress.parse(address).v4Bits());
    }
}
