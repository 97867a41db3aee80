package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("namespaces")
class UdpPortTest {
    private static final int TUNNEL_PORT = 4789;
    private static final int VXLAN_BYTES = 8;
    private static final int START = Frame.HEADROOM_BYTES - VXLAN_BYTES;
    private static final IpAddress HERE = IpAddress.parse("127.0.0.1");
    private static final IpAddress THERE = IpAddress.parse("127.0.0.2");

    @AutoClose
    private final TestNamespace node = new TestNamespace();

    private final DropCounters drops = new DropCounters();
    private final PortCounters account = new PortCounters();
    private final FrameBatch batch = new FrameBatch(64);

    UdpPortTest() throws IOException {}

    @BeforeEach
    void giveTheLoopbackIpv6Addresses() throws IOException {
        node.ip("address", "add", "fd00::1/128", "dev", "lo", "nodad");
        node.ip("address", "add", "fd00::2/128", "dev", "lo", "nodad");
    }

    private UdpPort open(IpAddress local) throws IOException {
        return node.namespace().call(() -> UdpPort.open(local, TUNNEL_PORT, drops));
    }

    /** A socket of the kernel's own, to compare with. */
    private DatagramSocket kernelSocket(IpAddress local) throws IOException {
        return kernelSocket(node, local);
    }

    private static DatagramSocket kernelSocket(TestNamespace where, IpAddress local) throws IOException {
        DatagramSocket socket = where.namespace()
                .call(() -> new DatagramSocket(
                        new InetSocketAddress(InetAddress.getByName(local.toString()), TUNNEL_PORT)));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static byte[] payload(int lengthBytes, long seed) {
        return TestFrames.bytes(1, 2, lengthBytes, seed);
    }

    private static Frame datagram(byte[] payload) {
        Frame frame = new Frame();
        frame.reset(START, payload.length);
        frame.bytes().put(START, payload);
        return frame;
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        assertThat(packet.getPort()).isEqualTo(TUNNEL_PORT);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static void send(DatagramSocket socket, byte[] payload, IpAddress to) throws IOException {
        socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName(to.toString()), TUNNEL_PORT));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.2, 22",
        "127.0.0.1, 127.0.0.2, 1472",
        "127.0.0.1, 127.0.0.2, 65507",
        "fd00::1, fd00::2, 22",
        "fd00::1, fd00::2, 65487"
    })
    void aDatagramIsReceivedWithItsSourceSoThatTheInnerFrameLiesInPlace(String here, String there, int lengthBytes)
            throws Exception {
        byte[] sent = payload(lengthBytes, 1);
        try (UdpPort port = open(IpAddress.parse(here));
                DatagramSocket socket = kernelSocket(IpAddress.parse(there))) {
            send(socket, sent, IpAddress.parse(here));
            await().until(() -> port.receive(batch) == 1);
        }

        Frame frame = batch.frame(0);
        assertThat(TestFrames.bytesOf(frame)).isEqualTo(sent);
        assertThat(new IpAddress(frame.outerSourceHigh(), frame.outerSourceLow()))
                .isEqualTo(IpAddress.parse(there));
        frame.pop(VXLAN_BYTES);
        assertThat(frame.start()).isEqualTo(Frame.HEADROOM_BYTES);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.2, 22",
        "127.0.0.1, 127.0.0.2, 65507",
        "fd00::1, fd00::2, 22",
        "fd00::1, fd00::2, 65487"
    })
    void whatIsSentArrivesFromOurAddressAndIsAccountedFor(String here, String there, int lengthBytes) throws Exception {
        byte[] sent = payload(lengthBytes, 2);
        try (UdpPort port = open(IpAddress.parse(here));
                DatagramSocket socket = kernelSocket(IpAddress.parse(there))) {
            assertThat(port.send(IpAddress.parse(there), datagram(sent), START, lengthBytes, account))
                    .isNull();
            assertThat(port.heldPackets()).isEqualTo(1);
            assertThat(account.transmittedPackets()).isZero();

            port.flush();

            assertThat(receive(socket)).isEqualTo(sent);
            assertThat(port.heldPackets()).isZero();
        }
        assertThat(account.transmittedPackets()).isEqualTo(1);
        assertThat(account.transmittedBytes()).isEqualTo(lengthBytes - VXLAN_BYTES);
        assertThat(drops.total()).isZero();
    }

    @Test
    void aCallTakesSixtyFourDatagramsAndLeavesTheRest() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        List<byte[]> received = new ArrayList<>();
        try (UdpPort port = open(HERE);
                DatagramSocket socket = kernelSocket(THERE)) {
            for (int i = 0; i < 70; i++) {
                sent.add(payload(100 + i, i));
                send(socket, sent.get(i), HERE);
            }
            // The first call takes few, because long messages may be waiting, and finds that they are short.
            assertThat(port.receive(batch)).isEqualTo(4).isEqualTo(batch.size());
            collect(received);
            assertThat(port.receive(batch)).isEqualTo(64).isEqualTo(batch.size());
            collect(received);
            assertThat(port.receive(batch)).isEqualTo(2).isEqualTo(batch.size());
            collect(received);
            assertThat(port.receive(batch)).isZero();
        }
        assertThat(received).containsExactlyElementsOf(sent);
    }

    @Test
    void whatComesFasterThanItIsTakenIsCounted() throws Exception {
        int sent = 60_000;
        byte[] payload = payload(1_000, 3);
        int received = 0;
        try (UdpPort port = open(HERE);
                DatagramSocket socket = kernelSocket(THERE)) {
            for (int i = 0; i < sent; i++) {
                send(socket, payload, HERE);
            }
            for (int more; (more = port.receive(batch)) > 0; ) {
                received += more;
            }
            // The kernel tells with the next datagram that does find room.
            send(socket, payload, HERE);
            await().until(() -> port.receive(batch) == 1);
        }

        assertThat(received).isLessThan(sent);
        assertThat(drops.packets(DropReason.UNDERLAY_OVERFLOW)).isEqualTo(sent - received);
    }

    @Test
    void aSmallerBatchIsFilledAndNotOverrun() throws Exception {
        FrameBatch small = new FrameBatch(3);
        try (UdpPort port = open(HERE);
                DatagramSocket socket = kernelSocket(THERE)) {
            for (int i = 0; i < 5; i++) {
                send(socket, payload(100, i), HERE);
            }
            assertThat(port.receive(small)).isEqualTo(3);
            assertThat(TestFrames.bytesOf(small.frame(2))).isEqualTo(payload(100, 2));
            assertThat(port.receive(batch)).isEqualTo(2);
            assertThat(TestFrames.bytesOf(batch.frame(0))).isEqualTo(payload(100, 3));
        }
    }

    private void collect(List<byte[]> received) {
        for (int i = 0; i < batch.size(); i++) {
            received.add(TestFrames.bytesOf(batch.frame(i)));
        }
    }

    @Test
    void whatDoesNotFitTheQueueIsSentOnTheWay() throws Exception {
        try (UdpPort port = open(HERE);
                DatagramSocket socket = kernelSocket(THERE)) {
            for (int i = 0; i < 70; i++) {
                // Each is longer than the one before, so that none can leave with it.
                port.send(THERE, datagram(payload(100 + i, i)), START, 100 + i, account);
            }
            assertThat(account.transmittedPackets()).isEqualTo(64);
            assertThat(port.heldPackets()).isEqualTo(6);
            port.flush();

            for (int i = 0; i < 70; i++) {
                assertThat(receive(socket)).isEqualTo(payload(100 + i, i));
            }
        }
        assertThat(account.transmittedPackets()).isEqualTo(70);
    }

    @ParameterizedTest
    @CsvSource({"172.30.0.1, 172.30.0.2", "fd30::1, fd30::2"})
    void oneSocketOfAllAddressesSpeaksBothFamilies(String here, String there) throws Exception {
        IpAddress peerAddress = IpAddress.parse(there);
        try (TestNamespace peer = new TestNamespace()) {
            node.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", peer.name());
            configureEth0(node, "172.30.0.1/24", "fd30::1/64");
            configureEth0(peer, "172.30.0.2/24", "fd30::2/64");
            try (UdpPort port = open(IpAddress.parse("::"));
                    DatagramSocket socket = kernelSocket(peer, peerAddress)) {
                port.send(peerAddress, datagram(payload(100, 1)), START, 100, account);
                port.flush();
                assertThat(receive(socket)).isEqualTo(payload(100, 1));

                send(socket, payload(100, 2), IpAddress.parse(here));
                await().until(() -> port.receive(batch) == 1);
                assertThat(TestFrames.bytesOf(batch.frame(0))).isEqualTo(payload(100, 2));
                assertThat(new IpAddress(
                                batch.frame(0).outerSourceHigh(), batch.frame(0).outerSourceLow()))
                        .isEqualTo(peerAddress);
            }
        }
    }

    private static void configureEth0(TestNamespace node, String v4, String v6) throws IOException {
        node.namespace().call(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/eth0/disable_ipv6"), "0"));
        node.ip("address", "add", v4, "dev", "eth0");
        node.ip("address", "add", v6, "dev", "eth0", "nodad");
        node.ip("link", "set", "eth0", "up");
    }

    @Test
    void aNodeWithoutARouteFailsAloneAndByName() throws Exception {
        PortCounters lost = new PortCounters();
        IpAddress nowhere = IpAddress.parse("192.0.2.1");
        try (UdpPort port = open(HERE);
                DatagramSocket socket = kernelSocket(THERE)) {
            port.send(nowhere, datagram(payload(100, 1)), START, 100, lost);
            port.send(THERE, datagram(payload(100, 2)), START, 100, account);
            port.send(nowhere, datagram(payload(100, 3)), START, 100, lost);
            port.send(THERE, datagram(payload(100, 4)), START, 100, account);
            port.flush();

            assertThat(receive(socket)).isEqualTo(payload(100, 2));
            assertThat(receive(socket)).isEqualTo(payload(100, 4));
        }
        assertThat(account.transmittedPackets()).isEqualTo(2);
        assertThat(lost.transmittedPackets()).isZero();
        assertThat(drops.packets(DropReason.UNDERLAY_UNREACHABLE)).isEqualTo(2);
        assertThat(drops.total()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.2, 1473", "fd00::1, fd00::2, 1453"})
    void whatTheUnderlayCannotCarryWholeIsTooBigAndNotFragmented(String here, String there, int lengthBytes)
            throws Exception {
        node.ip("link", "set", "lo", "mtu", "1500");
        try (UdpPort port = open(IpAddress.parse(here));
                DatagramSocket socket = kernelSocket(IpAddress.parse(there))) {
            IpAddress to = IpAddress.parse(there);
            port.send(to, datagram(payload(lengthBytes, 1)), START, lengthBytes, account);
            port.send(to, datagram(payload(lengthBytes - 1, 2)), START, lengthBytes - 1, account);
            port.flush();

            assertThat(receive(socket)).isEqualTo(payload(lengthBytes - 1, 2));
        }
        assertThat(account.transmittedPackets()).isEqualTo(1);
        assertThat(drops.packets(DropReason.TOO_BIG)).isEqualTo(1);
        assertThat(drops.total()).isEqualTo(1);
    }

    @Test
    void aFullSocketDropsTheRestAndSaysSo() throws Exception {
        int sends = 400;
        int lengthBytes = 60_000;
        // Packets to a neighbour that never answers wait in the kernel, and their bytes count against the socket.
        node.ip("link", "add", "eth0", "mtu", "65535", "type", "veth", "peer", "name", "eth1", "mtu", "65535");
        node.ip("address", "add", "172.30.0.1/24", "dev", "eth0");
        node.ip("link", "set", "eth1", "up");
        node.ip("link", "set", "eth0", "up");
        node.namespace()
                .call(() -> Files.writeString(
                        Path.of("/proc/sys/net/ipv4/neigh/eth0/unres_qlen_bytes"), Integer.toString(64 << 20)));

        try (UdpPort port = open(IpAddress.parse("172.30.0.1"))) {
            Frame frame = datagram(payload(lengthBytes, 1));
            for (int i = 0; i < sends; i++) {
                port.send(IpAddress.parse("172.30.0.2"), frame, START, lengthBytes, account);
            }
            port.flush();
            assertThat(port.heldPackets()).isZero();
        }
        assertThat(account.transmittedPackets()).isPositive();
        assertThat(drops.packets(DropReason.UNDERLAY_FULL)).isPositive();
        assertThat(account.transmittedPackets() + drops.total()).isEqualTo(sends);
    }

    @Test
    void anIpv4SocketRefusesAnIpv6NodeAtOnce() throws Exception {
        try (UdpPort port = open(HERE)) {
            assertThat(port.send(IpAddress.parse("fd00::2"), datagram(payload(100, 1)), START, 100, account))
                    .isEqualTo(DropReason.UNDERLAY_UNREACHABLE);
            assertThat(port.heldPackets()).isZero();
        }
    }

    @Test
    void aClosedPortTouchesNoDescriptor() throws Exception {
        UdpPort port = open(HERE);
        port.close();

        assertThat(port.receive(batch)).isZero();
        assertThat(port.send(THERE, datagram(payload(100, 1)), START, 100, account))
                .isNull();
        port.flush();
        assertThat(drops.packets(DropReason.UNDERLAY_UNREACHABLE)).isEqualTo(1);
    }

    @Test
    void aTakenPortIsSaidToBeInUse() throws Exception {
        try (UdpPort holder = open(HERE)) {
            assertThat(holder.heldPackets()).isZero();
            assertThatThrownBy(() -> open(HERE))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageStartingWith("UDP port 4789 on 127.0.0.1: in use");
        }
    }

    @Test
    void anAddressThatIsNotHereIsSaidToBeNone() {
        assertThatThrownBy(() -> open(IpAddress.parse("192.0.2.1")))
                .hasMessage("UDP port 4789 on 192.0.2.1: no interface of this node has the address");
    }

    @Test
    void sendingAndReceivingAllocateNothing() throws Exception {
        try (UdpPort here = open(HERE);
                UdpPort there = open(THERE)) {
            Frame frame = datagram(payload(100, 1));
            exchange(here, there, frame, 20_000);

            assertThat(AllocatedBytes.by(() -> exchange(here, there, frame, 100_000)))
                    .as("bytes for 100,000 packets")
                    .isLessThan(10_000);
        }
        assertThat(drops.total()).isZero();
    }

    private void exchange(UdpPort here, UdpPort there, Frame frame, int packets) {
        for (int done = 0; done < packets; done += batch.size()) {
            for (int i = 0; i < batch.capacity(); i++) {
                here.send(THERE, frame, START, 100, account);
            }
            here.flush();
            there.receive(batch);
        }
    }
}
