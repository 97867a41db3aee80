package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.observe.PacketBalance;
import io.osier.dataplane.observe.PacketObserver;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.worker.CountersSnapshot;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two nodes with two pods each, in one process, on real devices and a real underlay. */
@Tag("namespaces")
class DataplaneTest {
    private static final IpAddress UNDERLAY_A = IpAddress.parse("172.30.0.1");
    private static final IpAddress UNDERLAY_B = IpAddress.parse("172.30.0.2");

    private final List<AutoCloseable> toClose = new CopyOnWriteArrayList<>();
    private final List<PortId> gone = new CopyOnWriteArrayList<>();
    private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    private TestNamespace nodeA;
    private TestNamespace nodeB;
    private Dataplane a;
    private Dataplane b;

    private final DataplaneListener listener = new DataplaneListener() {
        @Override
        public void portGone(PortId port) {
            gone.add(port);
        }

        @Override
        public void workerFailed(RuntimeException failure) {
            failures.add(failure);
        }
    };

    @BeforeEach
    void joinTwoNodes() throws IOException {
        nodeA = namespace();
        nodeB = namespace();
        nodeA.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", nodeB.name());
        nodeA.ip("address", "add", UNDERLAY_A + "/24", "dev", "eth0");
        nodeB.ip("address", "add", UNDERLAY_B + "/24", "dev", "eth0");
        nodeA.ip("link", "set", "eth0", "up");
        nodeB.ip("link", "set", "eth0", "up");
        a = dataplane(nodeA, UNDERLAY_A, 0, new Peer("node-b", UNDERLAY_B, false));
        b = dataplane(nodeB, UNDERLAY_B, 1, new Peer("node-a", UNDERLAY_A, false));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
        assertThat(failures).isEmpty();
    }

    private TestNamespace namespace() throws IOException {
        TestNamespace namespace = new TestNamespace();
        toClose.add(namespace);
        return namespace;
    }

    private Dataplane dataplane(TestNamespace node, IpAddress underlay, int subnet, Peer peer) throws IOException {
        PodRoutes routes = PodRoutes.of(List.of(
                new Route(IpPrefix.parse("10.32." + subnet + ".0/24"), null),
                new Route(IpPrefix.parse("10.32." + (1 - subnet) + ".0/24"), peer)));
        ForwardingState state = new ForwardingState(
                1,
                node.name(),
                IpAddress.parse("10.32." + subnet + ".1"),
                IpPrefix.parse("10.32.0.0/12"),
                IpPrefix.parse("10.96.0.0/12"),
                List.of(peer),
                routes,
                ServiceTable.EMPTY);
        DataplaneConfig config = new DataplaneConfig(underlay, VxlanHeader.UDP_PORT, WorkerConfig.DEFAULT, Set.of());
        Dataplane dataplane = node.namespace().call(() -> Dataplane.open(config, state, listener));
        toClose.add(dataplane);
        return dataplane;
    }

    private static PortId id(String address) {
        return new PortId(PortKind.POD, address);
    }

    private static TapConfig eth0(TestNamespace pod, String address) {
        return new TapConfig(id(address), pod.namespace(), "eth0", macOf(address), Set.of());
    }

    /** A pod whose port is called by its address. */
    private TestNamespace pod(Dataplane node, String address) throws IOException {
        TestNamespace pod = namespace();
        node.addTap(eth0(pod, address), Set.of(IpAddress.parse(address)));
        pod.ip("address", "add", address + "/12", "dev", "eth0");
        pod.ip("link", "set", "eth0", "mtu", "1450", "up");
        return pod;
    }

    private static String ping(TestNamespace from, String to) throws IOException {
        return from.exec("ping", "-n", "-c", "2", "-i", "0.2", "-W", "2", to);
    }

    private static PacketBalance balance(Dataplane node) {
        return node.proxy().ask(worker -> worker.counters().balance()).join();
    }

    @Test
    void whatAPodsInterfaceDoesNotTakeIsADropThatSomebodyWhoLooksSees() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        TestNamespace db = pod(a, "10.32.0.3");
        assertThat(ping(web, "10.32.0.3")).contains(" 0% packet loss");
        db.ip("link", "set", "eth0", "down");

        pingInVain(web, "10.32.0.3");
        assertThat(portDown(a)).as("counted, though nobody looks").isEqualTo(1);

        List<String> seen = new CopyOnWriteArrayList<>();
        a.proxy().run(worker -> worker.observe(new Onlooker(seen))).join();
        pingInVain(web, "10.32.0.3");

        assertThat(seen).containsExactly("PORT_DOWN at 10.32.0.3");
        assertThat(portDown(a)).isEqualTo(2);
    }

    private static long portDown(Dataplane node) {
        return node.proxy()
                .ask(worker -> worker.counters().drops().getOrDefault(DropReason.PORT_DOWN, 0L))
                .join();
    }

    private static void pingInVain(TestNamespace from, String to) throws IOException {
        from.exec("bash", "-c", "! ping -n -c 1 -W 0.2 " + to);
    }

    /** Writes down what was dropped. */
    private record Onlooker(List<String> seen) implements PacketObserver {
        @Override
        public void received(Port in, Frame frame) {}

        @Override
        public void transmitted(Port out, Frame frame, PacketTrace trace) {}

        @Override
        public void dropped(Port in, Frame frame, DropReason reason, PacketTrace trace) {
            seen.add(reason + " at " + in.id().name());
        }

        @Override
        public void finished(PacketTrace trace) {}
    }

    @Test
    void podsOfOneNodeReachEachOther() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        pod(a, "10.32.0.3");

        assertThat(ping(web, "10.32.0.3")).contains(" 0% packet loss").contains("ttl=64");
        assertThat(balance(a).holds()).isTrue();
    }

    @Test
    void podsOfTwoNodesReachEachOtherWithFullPackets() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        pod(b, "10.32.1.2");

        assertThat(ping(web, "10.32.1.2")).contains(" 0% packet loss").contains("ttl=64");
        assertThat(web.exec("ping", "-n", "-c", "1", "-W", "2", "-M", "do", "-s", "1422", "10.32.1.2"))
                .contains(" 0% packet loss");
        assertThat(balance(a).holds()).isTrue();
        assertThat(balance(b).holds()).isTrue();
    }

    @Test
    void aPodWhoseDeviceIsDeletedLeavesServiceAndMayComeAgain() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        TestNamespace client = pod(a, "10.32.0.3");

        web.ip("link", "delete", "eth0");
        await().until(() -> gone.contains(id("10.32.0.2")));
        assertThat(localPorts(a)).containsExactly(id("10.32.0.3"));

        web.close();
        pod(a, "10.32.0.2");
        assertThat(ping(client, "10.32.0.2")).contains(" 0% packet loss");
        assertThat(balance(a).holds()).isTrue();
    }

    @Test
    void whatAPodSendsFasterThanItIsTakenIsCounted() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        pod(b, "10.32.1.2");
        ping(web, "10.32.1.2");

        // The worker stands still for as long as the pod sends, so that the queue of its interface overflows.
        CountDownLatch sent = new CountDownLatch(1);
        CompletableFuture<Void> standing = a.proxy().run(worker -> awaitUninterruptibly(sent));
        send(web, "10.32.1.2", 3_000);
        sent.countDown();
        standing.join();
        a.countOverflow();
        a.countOverflow();

        CountersSnapshot account = a.proxy().ask(Worker::counters).join();
        assertThat(account.drops().get(DropReason.PORT_OVERFLOW))
                .isPositive()
                .isEqualTo(Long.parseLong(web.exec("sh", "-c", "tail -n 1 /proc/self/net/dev | awk '{print $13}'")
                        .strip()));
        assertThat(account.balance().holds()).isTrue();
    }

    private static void send(TestNamespace from, String to, int datagrams) throws IOException {
        try (DatagramSocket socket = from.namespace().call(DatagramSocket::new)) {
            for (int i = 0; i < datagrams; i++) {
                socket.send(new DatagramPacket(new byte[64], 64, new InetSocketAddress(to, 7001)));
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<PortId> localPorts(Dataplane node) {
        Set<PortId> ports =
                new HashSet<>(node.proxy().ask(Worker::counters).join().ports().keySet());
        ports.removeIf(port -> port.kind() == PortKind.TUNNEL);
        return ports;
    }

    @Test
    void aRemovedPodsDeviceStaysAndIsTakenUpAgain() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        TestNamespace client = pod(a, "10.32.0.3");

        a.removeTap(id("10.32.0.2"));
        assertThat(localPorts(a)).containsExactly(id("10.32.0.3"));
        assertThat(web.ip("address", "show", "eth0")).contains("10.32.0.2/12");
        a.removeTap(id("10.32.0.2"));

        a.addTap(eth0(web, "10.32.0.2"), Set.of(IpAddress.parse("10.32.0.2")));
        assertThat(ping(client, "10.32.0.2")).contains(" 0% packet loss");
        assertThat(gone).isEmpty();
    }

    @Test
    void anotherDataplaneTakesOverWhatAClosedOneLeft() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        pod(b, "10.32.1.2");
        assertThat(ping(web, "10.32.1.2")).contains(" 0% packet loss");

        a.close();
        a = dataplane(nodeA, UNDERLAY_A, 0, new Peer("node-b", UNDERLAY_B, false));
        a.addTap(eth0(web, "10.32.0.2"), Set.of(IpAddress.parse("10.32.0.2")));

        assertThat(ping(web, "10.32.1.2")).contains(" 0% packet loss");
    }

    @Test
    void anAddressOfAnotherPortIsRefusedAndTheDeviceLetGo() throws Exception {
        pod(a, "10.32.0.2");
        TestNamespace second = namespace();
        TapConfig config = eth0(second, "10.32.0.3");

        assertThatThrownBy(() -> a.addTap(config, Set.of(IpAddress.parse("10.32.0.2"))))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("10.32.0.2");

        assertThat(localPorts(a)).containsExactly(id("10.32.0.2"));
        a.addTap(config, Set.of(IpAddress.parse("10.32.0.3")));
        assertThat(localPorts(a)).containsExactlyInAnyOrder(id("10.32.0.2"), id("10.32.0.3"));
    }

    @Test
    void aUdpPortThatIsTakenIsAnErrorInOneLine() {
        assertThatThrownBy(() -> dataplane(nodeA, UNDERLAY_A, 0, new Peer("node-b", UNDERLAY_B, false)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("UDP port 4789 on 172.30.0.1: in use");
    }

    @Test
    void afterClosingNothingIsHeldAnyMore() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");

        a.close();

        try (TapPort tap = TestTaps.open(eth0(web, "10.32.0.2"))) {
            assertThat(tap.isGone()).isFalse();
        }
        assertThat(a.proxy().ask(Worker::counters)).isCompletedExceptionally();
    }

    @Test
    void theWorkersThreadAllocatesNothingForAPacket() throws Exception {
        TestNamespace web = pod(a, "10.32.0.2");
        pod(b, "10.32.1.2");
        assertThat(ping(web, "10.32.1.2")).contains(" 0% packet loss");
        byte[] frame = TestFrames.bytes(macOf("10.32.1.2"), macOf("10.32.0.2"), 60, 1);

        AtomicBoolean enough = new AtomicBoolean();
        try (PacketSocket socket = PacketSocket.open(web, "eth0")) {
            Thread sender = new Thread(() -> socket.sendUntil(enough, frame));
            sender.start();
            try {
                awaitReceived(a, 50_000);
                awaitReceived(b, 50_000);
                long before = allocatedByWorkers();
                awaitReceived(a, 150_000);
                awaitReceived(b, 150_000);
                long after = allocatedByWorkers();
                assertThat(after - before)
                        .as("bytes for 200,000 packets and the questions in between")
                        .isLessThan(200_000);
            } finally {
                enough.set(true);
                sender.join();
            }
        }
    }

    private static long macOf(String address) {
        return MacAddress.ofPod(IpAddress.parse(address).v4Bits());
    }

    private static void awaitReceived(Dataplane node, long packets) {
        await().atMost(Duration.ofSeconds(60)).until(() -> balance(node).received() >= packets);
    }

    private long allocatedByWorkers() {
        return a.proxy().ask(worker -> AllocatedBytes.soFar()).join()
                + b.proxy().ask(worker -> AllocatedBytes.soFar()).join();
    }
}
