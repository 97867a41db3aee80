package io.osier.dataplane.worker;

import static io.osier.dataplane.simulation.ArpBuilder.arpRequest;
import static io.osier.dataplane.simulation.PacketBuilder.ethernet;
import static io.osier.dataplane.simulation.PacketBuilder.neighborSolicitation;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.policy.IpBlock;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PeerSet;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyRule;
import io.osier.dataplane.policy.PolicyTable;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Carrying a packet allocates nothing, whatever happens to it. */
class ZeroAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int PACKETS = 131_072;
    private static final int RUNS = 10;
    private static final IpAddress PEER = IpAddress.parse("172.30.0.2");
    private static final String CLIENT = "10.32.0.2";
    private static final String NEAR = "10.32.0.3";
    private static final String FAR = "10.32.1.2";
    private static final String VIP = "10.96.0.10";
    private static final String OTHER_VIP = "10.96.0.13";

    static Stream<Arguments> fromAPod() {
        PacketBuilder asked = udp().from(CLIENT, 4000).to(VIP, 53);
        return Stream.of(
                arguments(
                        "plain, on one node",
                        cycle(i -> ping(i).from(CLIENT).to(NEAR).build())),
                arguments(
                        "plain, into a tunnel",
                        cycle(i -> ping(i).from(CLIENT).to(FAR).build())),
                arguments(
                        "known TCP flow",
                        List.of(tcp().from(CLIENT, 4000).to(VIP, 80).ack().build())),
                arguments("known UDP flow", List.of(asked.build())),
                arguments(
                        "straight to a backend",
                        flows((vip, port) -> udp().from(CLIENT, port).to(FAR, 8003))),
                arguments(
                        "known SCTP flow",
                        List.of(sctp().from(CLIENT, 4000)
                                .to(VIP, 2905)
                                .payload(new byte[16])
                                .build())),
                arguments(
                        "hairpin",
                        List.of(tcp().from(CLIENT, 4000)
                                .to("10.96.0.11", 80)
                                .ack()
                                .build())),
                arguments(
                        "new UDP flows",
                        flows((vip, port) -> udp().from(CLIENT, port).to(vip, 53))),
                arguments(
                        "new TCP flows",
                        flows((vip, port) ->
                                tcp().from(CLIENT, port).to(vip, 80).syn())),
                arguments(
                        "new flows by maglev",
                        flows((vip, port) -> udp().from(CLIENT, port).to(vip, 54))),
                arguments(
                        "new flows by least connections",
                        flows((vip, port) -> udp().from(CLIENT, port).to(vip, 55))),
                arguments(
                        "fragments",
                        udp().from(CLIENT, 4000)
                                .to(VIP, 53)
                                .payload(new byte[3000])
                                .fragments(1480)),
                arguments(
                        "too long for the path",
                        List.of(udp().from(CLIENT, 4000)
                                .to(FAR, 53)
                                .payload(new byte[1_400])
                                .build())),
                arguments(
                        "too long for the path to a backend",
                        List.of(udp().from(CLIENT, 4000)
                                .to("10.96.0.14", 53)
                                .payload(new byte[1_400])
                                .build())),
                arguments(
                        "fragmented for the path",
                        List.of(udp().from(CLIENT, 4000)
                                .to(FAR, 53)
                                .mayFragment()
                                .payload(new byte[1_400])
                                .build())),
                arguments(
                        "a SYN that offers too much",
                        List.of(tcp().from(CLIENT, 4000)
                                .to(FAR, 80)
                                .syn()
                                .tcpOptions(2, 4, 5, 0x82)
                                .build())),
                arguments(
                        "ARP",
                        cycle(i -> arpRequest()
                                .from(CLIENT)
                                .to(i % 2 == 0 ? NEAR : FAR)
                                .build())),
                arguments(
                        "neighbour discovery",
                        List.of(neighborSolicitation("fe80::858:aff:fe20:3", mac(CLIENT))
                                .from("fe80::858:aff:fe20:2")
                                .build())),
                arguments(
                        "broadcast",
                        List.of(udp().from(CLIENT, 68)
                                .to("255.255.255.255", 67)
                                .toMac(MacAddress.BROADCAST)
                                .build())),
                arguments(
                        "no endpoint",
                        List.of(tcp().from(CLIENT, 4000)
                                .to("10.96.0.12", 80)
                                .syn()
                                .build())),
                arguments(
                        "no such port",
                        List.of(tcp().from(CLIENT, 4000).to(VIP, 81).syn().build())),
                arguments(
                        "a connected socket of a service that has gone",
                        List.of(tcp().from(CLIENT, 4000)
                                .to("10.96.0.99", 80)
                                .ack()
                                .build())),
                arguments(
                        "no such pod",
                        List.of(ping(1).from(CLIENT).to("10.32.0.99").build())),
                arguments(
                        "spoofed",
                        List.of(ping(1).from(NEAR).to(FAR).fromMac(mac(CLIENT)).build())),
                arguments("malformed", List.of(RawFrame.of(new byte[5]))),
                arguments(
                        "ICMP error",
                        List.of(
                                asked.build(),
                                portUnreachable()
                                        .from(CLIENT)
                                        .to(VIP)
                                        .quoting(udp().from(VIP, 53)
                                                .to(CLIENT, 4000)
                                                .build())
                                        .build())),
                arguments("learning", cycle(i -> ethernet(0x0200_0000_0000L + i, mac(NEAR), 0x88b5, new byte[50]))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fromAPod")
    void aPacketFromAPodCostsNoBytes(String what, List<RawFrame> frames) {
        assertThat(leastAllocatedBytes(() -> new Rig(frames, List.of())))
                .as(what)
                .isZero();
    }

    static Stream<Arguments> ofAnIsolatedPod() {
        return Stream.of(
                arguments(
                        "new flows that are allowed",
                        flows((vip, port) -> udp().from(CLIENT, port).to(vip, 53))),
                arguments(
                        "new flows that are not",
                        flows((vip, port) -> udp().from(CLIENT, port).to(NEAR, 54))),
                arguments(
                        "straight to another pod",
                        flows((vip, port) -> udp().from(CLIENT, port).to(FAR, 9))),
                arguments("a ping", cycle(i -> ping(i).from(CLIENT).to(FAR).build())),
                arguments(
                        "a broadcast",
                        List.of(udp().from(CLIENT, 68)
                                .to("255.255.255.255", 67)
                                .toMac(MacAddress.BROADCAST)
                                .build())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofAnIsolatedPod")
    void aPacketOfAnIsolatedPodCostsNoBytes(String what, List<RawFrame> frames) {
        PolicyRule far = new PolicyRule(
                "far",
                PeerSet.of(
                        List.of(IpAddress.parse(FAR)),
                        List.of(new IpBlock(IpPrefix.parse("192.0.2.0/24"), List.of(IpPrefix.parse("192.0.2.1/32"))))),
                List.of());
        Isolation isolation = new Isolation("all", List.of(far));
        PolicyTable policies = PolicyTable.of(
                Map.of(IpAddress.parse(CLIENT), new PodPolicy(isolation, isolation, 0)),
                PeerSet.of(List.of(), List.of()));

        assertThat(leastAllocatedBytes(() -> new Rig(frames, List.of(), policies)))
                .as(what)
                .isZero();
    }

    static Stream<Arguments> fromATunnel() {
        return Stream.of(
                arguments("plain", ping(1).from(FAR).to(CLIENT).build()),
                arguments(
                        "an answer to nobody",
                        udp().from(FAR, 53).to(CLIENT, 4000).build()),
                arguments("spoofed", ping(1).from(CLIENT).to(NEAR).build()),
                arguments("ARP", arpRequest().from(FAR).to(CLIENT).build()),
                arguments(
                        "broadcast",
                        udp().from(FAR, 68)
                                .to("255.255.255.255", 67)
                                .toMac(MacAddress.BROADCAST)
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fromATunnel")
    void aPacketFromATunnelCostsNoBytes(String what, RawFrame frame) {
        List<RawFrame> datagrams = List.of(RawFrame.of(vxlan(1, frame)));

        assertThat(leastAllocatedBytes(() -> new Rig(List.of(), datagrams)))
                .as(what)
                .isZero();
    }

    /**
     * The compiler allocates a little now and then when it throws code away and makes it anew, and lets objects live on the
     * stack only once it has seen enough. What a packet costs shows in every run; so one run without any is proof.
     */
    private static long leastAllocatedBytes(Supplier<Rig> rigs) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < RUNS && least != 0; i++) {
            Rig rig = rigs.get();
            least = Math.min(least, allocatedBytes(rig));
            rig.checkAllPacketsWereSeen();
        }
        return least;
    }

    private static long allocatedBytes(Rig rig) {
        rig.serve();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = Worker.BATCH_FRAMES; i < PACKETS; i += Worker.BATCH_FRAMES) {
            rig.serve();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** One worker with two pods, a peer and a few services. */
    private static final class Rig {
        // Services with names of different lengths have different ports at their backends, so that flows do not
        // collide.
        private final ReplayPort client = new ReplayPort("client");
        private final ReplayPort near = new ReplayPort("near");
        private final ReplayPort underlay = new ReplayPort("underlay");
        private final boolean fromTunnel;
        private final Worker worker;

        Rig(List<RawFrame> fromClient, List<RawFrame> fromUnderlay) {
            this(fromClient, fromUnderlay, PolicyTable.NONE);
        }

        Rig(List<RawFrame> fromClient, List<RawFrame> fromUnderlay, PolicyTable policies) {
            fromTunnel = fromClient.isEmpty();
            client.replay(fromClient);
            underlay.replayFrom(PEER, fromUnderlay);
            Peer peer = new Peer("node-b", PEER, false, false, 1_250);
            ForwardingState state = new ForwardingState(
                    1,
                    "node-a",
                    IpAddress.parse("10.32.0.1"),
                    IpPrefix.parse("10.32.0.0/12"),
                    IpPrefix.parse("10.96.0.0/12"),
                    null,
                    List.of(peer),
                    PodRoutes.of(List.of(
                            new Route(IpPrefix.parse("10.32.0.0/24"), null),
                            new Route(IpPrefix.parse("10.32.1.0/24"), peer))),
                    ServiceTable.of(List.of(
                            service("tcp", IpProtocol.TCP, VIP, 80, NEAR, FAR),
                            service("udp", IpProtocol.UDP, VIP, 53, NEAR, FAR),
                            service("tcp2", IpProtocol.TCP, OTHER_VIP, 80, NEAR, FAR),
                            service("udp2", IpProtocol.UDP, OTHER_VIP, 53, NEAR, FAR),
                            balanced("maglev", Balance.MAGLEV, VIP, 54),
                            balanced("maglev-2", Balance.MAGLEV, OTHER_VIP, 54),
                            balanced("least-load", Balance.LEAST_CONNECTIONS, VIP, 55),
                            balanced("least-load-2", Balance.LEAST_CONNECTIONS, OTHER_VIP, 55),
                            service("sctp", IpProtocol.SCTP, VIP, 2905, NEAR),
                            service("far", IpProtocol.UDP, "10.96.0.14", 53, FAR),
                            service("self", IpProtocol.TCP, "10.96.0.11", 80, CLIENT),
                            service("nobody", IpProtocol.TCP, "10.96.0.12", 80))),
                    policies);
            worker = new Worker(
                    new WorkerConfig(1, 262_144, 1024, 1024),
                    state,
                    underlay,
                    new Counters(),
                    System::nanoTime,
                    new Random(1));
            worker.addPort(local(client, CLIENT));
            worker.addPort(local(near, NEAR));
        }

        void serve() {
            if (fromTunnel) {
                worker.serviceUnderlay();
            } else {
                worker.servicePort(client);
            }
        }

        void checkAllPacketsWereSeen() {
            assertThat(worker.counters().balance().received()).isEqualTo(PACKETS);
            assertThat(worker.counters().balance().holds()).isTrue();
            assertThat(client.transmittedPackets() + near.transmittedPackets() + underlay.transmittedPackets())
                    .isEqualTo(worker.counters().balance().transmitted());
        }

        private static LocalPort local(ReplayPort port, String address) {
            return new LocalPort(port, mac(address), Set.of(IpAddress.parse(address)));
        }

        private static VirtualService balanced(String name, Balance balance, String address, int port) {
            VirtualService plain = service(name, IpProtocol.UDP, address, port, NEAR, FAR);
            return new VirtualService(
                    plain.name(),
                    plain.protocol(),
                    plain.address(),
                    port,
                    plain.backends(),
                    List.of(),
                    ServicePolicy.DEFAULT.with(new FlowPolicy(balance)));
        }

        private static VirtualService service(String name, int protocol, String address, int port, String... backends) {
            return new VirtualService(
                    "default/" + name,
                    protocol,
                    IpAddress.parse(address),
                    port,
                    Stream.of(backends)
                            .map(backend -> new Backend(IpAddress.parse(backend), 8000 + name.length(), mac(backend)))
                            .toList());
        }
    }

    private static long mac(String address) {
        return MacAddress.ofPod(IpAddress.parse(address).v4Bits());
    }

    private static List<RawFrame> cycle(IntFunction<RawFrame> frame) {
        return IntStream.range(0, 64).mapToObj(frame).toList();
    }

    /** As many flows as there are packets: every source port towards two services. */
    private static List<RawFrame> flows(BiFunction<String, Integer, PacketBuilder> packet) {
        return IntStream.range(0, PACKETS)
                .mapToObj(i ->
                        packet.apply(i < 65_536 ? VIP : OTHER_VIP, i & 0xffff).build())
                .toList();
    }
}
