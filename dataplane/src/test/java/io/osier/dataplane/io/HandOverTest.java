package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.worker.WorkerConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One dataplane leaves its descriptors to the next, and what is sent in between waits in them. */
@Tag("namespaces")
class HandOverTest {
    private static final IpAddress UNDERLAY = IpAddress.parse("172.30.0.1");
    private static final int PORT = 7001;
    private static final DataplaneListener NOBODY = new DataplaneListener() {
        @Override
        public void portGone(PortId port) {}

        @Override
        public void workerFailed(RuntimeException failure) {}
    };

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final LeftDescriptors left = new LeftDescriptors();
    private TestNamespace node;
    private TestNamespace web;
    private TestNamespace db;

    @BeforeEach
    void makeNamespaces() throws IOException {
        node = namespace();
        node.ip("address", "add", UNDERLAY + "/24", "dev", "lo");
        web = namespace();
        db = namespace();
    }

    @AfterEach
    void closeAll() throws Exception {
        left.close();
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    private TestNamespace namespace() throws IOException {
        TestNamespace namespace = new TestNamespace();
        toClose.add(namespace);
        return namespace;
    }

    private Dataplane prepare(DescriptorStore store) throws IOException {
        ForwardingState state = new ForwardingState(
                1,
                "node-a",
                IpAddress.parse("10.32.0.1"),
                IpPrefix.parse("10.32.0.0/12"),
                IpPrefix.parse("10.96.0.0/12"),
                List.of(),
                PodRoutes.of(List.of(new Route(IpPrefix.parse("10.32.0.0/24"), null))),
                ServiceTable.EMPTY);
        DataplaneConfig config = new DataplaneConfig(UNDERLAY, VxlanHeader.UDP_PORT, WorkerConfig.DEFAULT, Set.of());
        Dataplane dataplane = node.namespace().call(() -> Dataplane.prepare(config, state, NOBODY, store));
        toClose.add(dataplane);
        return dataplane;
    }

    private static TapConfig eth0(TestNamespace pod, String name, String address) {
        return new TapConfig(
                new PortId(PortKind.POD, name),
                pod.namespace(),
                "eth0",
                MacAddress.ofPod(IpAddress.parse(address).v4Bits()),
                Set.of());
    }

    private void add(Dataplane dataplane, TestNamespace pod, String name, String address) throws IOException {
        dataplane.addTap(eth0(pod, name, address), Set.of(IpAddress.parse(address)));
    }

    private static void configure(TestNamespace pod, String address) throws IOException {
        pod.ip("address", "replace", address + "/12", "dev", "eth0");
        pod.ip("link", "set", "eth0", "mtu", "1450", "up");
    }

    private void addBoth(Dataplane dataplane) throws IOException {
        add(dataplane, web, "web", "10.32.0.2");
        add(dataplane, db, "db", "10.32.0.3");
    }

    private static void send(DatagramSocket socket, int number) throws IOException {
        byte[] bytes = ByteBuffer.allocate(4).putInt(number).array();
        socket.send(new DatagramPacket(bytes, 4, new InetSocketAddress("10.32.0.3", PORT)));
    }

    private static int receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4], 4);
        socket.receive(packet);
        return ByteBuffer.wrap(packet.getData()).getInt();
    }

    @Test
    void whatIsSentWhileNobodyServesArrivesInOrder() throws Exception {
        Dataplane first = prepare(left);
        addBoth(first);
        configure(web, "10.32.0.2");
        configure(db, "10.32.0.3");
        first.begin();
        try (DatagramSocket sender = web.namespace().call(DatagramSocket::new);
                DatagramSocket receiver = db.namespace().call(() -> new DatagramSocket(PORT))) {
            receiver.setSoTimeout(5_000);
            send(sender, 1);
            assertThat(receive(receiver)).isEqualTo(1);

            first.leaveTo(left);
            assertThat(left.names()).containsExactlyInAnyOrder("tunnel", "pod/web", "pod/db");
            send(sender, 2);
            first.close();
            send(sender, 3);
            Dataplane second = prepare(left);
            addBoth(second);
            assertThat(left.names()).isEmpty();
            send(sender, 4);
            second.begin();
            send(sender, 5);

            for (int number = 2; number <= 5; number++) {
                assertThat(receive(receiver)).isEqualTo(number);
            }
            assertThat(second.proxy()
                            .ask(worker -> worker.counters().balance().holds())
                            .join())
                    .isTrue();
        }
    }

    @Test
    void beforeItBeginsNothingIsLookedAt() throws Exception {
        Dataplane dataplane = prepare(DescriptorStore.ABSENT);
        addBoth(dataplane);
        configure(web, "10.32.0.2");
        try (DatagramSocket sender = web.namespace().call(DatagramSocket::new)) {
            send(sender, 1);
            assertThat(dataplane
                            .proxy()
                            .ask(worker -> worker.counters().balance().received())
                            .join())
                    .isZero();
        }
    }

    @Test
    void aDescriptorOfAnotherDeviceIsClosedAndTheRightOneOpened() throws Exception {
        Dataplane first = prepare(DescriptorStore.ABSENT);
        add(first, db, "web", "10.32.0.2"); // as if web's namespace had been made anew since
        first.leaveTo(left);
        first.close();

        Dataplane second = prepare(left);
        add(second, web, "web", "10.32.0.2");

        assertThat(web.ip("link", "show", "eth0")).contains("0a:58:0a:20:00:02");
        try (TapPort free = TestTaps.open(eth0(db, "db", "10.32.0.2"))) {
            assertThat(free.isGone()).isFalse();
        }
    }

    @Test
    void aSocketOfAnotherAddressIsClosedAndTheRightOneOpened() throws Exception {
        try (UdpPort other =
                node.namespace().call(() -> UdpPort.open(IpAddress.parse("172.30.0.1"), 4790, new DropCounters()))) {
            left.keep("tunnel", other.descriptor().intValue());
        }
        prepare(left).begin();

        assertThat(node.exec("ss", "-Huln")).contains("172.30.0.1:4789").doesNotContain(":4790");
    }
}
