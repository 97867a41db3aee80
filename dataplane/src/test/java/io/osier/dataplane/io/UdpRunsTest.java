package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.vxlan.Segmenter;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many datagrams a message. A socket of ours at the other end shows what left as one message, because loopback carries
 * messages whole; a plain one shows that they arrive as the datagrams that they are.
 */
@Tag("namespaces")
class UdpRunsTest {
    private static final int PORT = 4789;
    private static final int VXLAN_BYTES = 8;
    private static final int START = Frame.HEADROOM_BYTES - VXLAN_BYTES;
    private static final IpAddress HERE = IpAddress.parse("172.30.0.1");
    private static final IpAddress THERE = IpAddress.parse("172.30.0.2");
    private static final IpAddress ELSEWHERE = IpAddress.parse("172.30.0.3");

    @AutoClose
    private final TestNamespace here = new TestNamespace();

    @AutoClose
    private final TestNamespace there = new TestNamespace();

    private final DropCounters drops = new DropCounters();
    private final PortCounters account = new PortCounters();
    private final FrameBatch batch = new FrameBatch(64);
    private final List<byte[]> sent = new ArrayList<>();

    UdpRunsTest() throws IOException {}

    @BeforeEach
    void joinTheNodes() throws IOException {
        here.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", there.name());
        here.ip("address", "add", "172.30.0.1/24", "dev", "eth0");
        there.ip("address", "add", "172.30.0.2/24", "dev", "eth0");
        there.ip("address", "add", "172.30.0.3/24", "dev", "eth0");
        here.ip("link", "set", "eth0", "up");
        there.ip("link", "set", "eth0", "up");
    }

    private UdpPort open(TestNamespace node, IpAddress local) throws IOException {
        return node.namespace().call(() -> UdpPort.open(local, PORT, drops));
    }

    private DatagramSocket plainSocket(IpAddress local) throws IOException {
        DatagramSocket socket = there.namespace()
                .call(() -> new DatagramSocket(new InetSocketAddress(InetAddress.getByName(local.toString()), PORT)));
        socket.setReceiveBufferSize(1 << 20);
        socket.setSoTimeout(5_000);
        return socket;
    }

    private void send(UdpPort port, IpAddress to, int lengthBytes) {
        byte[] payload = TestFrames.bytes(1, 2, lengthBytes, sent.size());
        Frame frame = new Frame();
        frame.reset(START, lengthBytes);
        frame.bytes().put(START, payload);
        assertThat(port.send(to, frame, START, lengthBytes, account)).isNull();
        sent.add(payload);
    }

    private static List<byte[]> receive(DatagramSocket socket, int count) throws IOException {
        List<byte[]> received = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(packet);
            received.add(Arrays.copyOf(packet.getData(), packet.getLength()));
        }
        return received;
    }

    /** The messages that arrive until they have this many bytes, each as how many bytes it has and of how many each. */
    private List<String> messages(UdpPort port, List<byte[]> datagrams) {
        List<String> messages = new ArrayList<>();
        int wanted = sent.stream().mapToInt(bytes -> bytes.length).sum();
        int[] bytes = {0};
        await().until(() -> {
            port.receive(batch);
            for (int i = 0; i < batch.size(); i++) {
                Frame frame = batch.frame(i);
                bytes[0] += frame.length();
                messages.add(frame.length() + "/" + frame.datagramBytes());
                datagrams.addAll(cut(frame));
            }
            return bytes[0] >= wanted;
        });
        return messages;
    }

    private static List<byte[]> cut(Frame message) {
        int step = message.datagramBytes() == 0 ? message.length() : message.datagramBytes();
        byte[] bytes = TestFrames.bytesOf(message);
        List<byte[]> datagrams = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += step) {
            datagrams.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + step)));
        }
        return datagrams;
    }

    private void assertAllSent() {
        assertThat(account.transmittedPackets()).isEqualTo(sent.size());
        assertThat(account.transmittedBytes())
                .isEqualTo(sent.stream()
                        .mapToInt(bytes -> bytes.length - VXLAN_BYTES)
                        .sum());
        assertThat(drops.total()).isZero();
    }

    @Test
    void datagramsOfOneLengthLeaveAsOneMessageThatAShorterOneCloses() throws Exception {
        List<byte[]> received = new ArrayList<>();
        try (UdpPort port = open(here, HERE);
                UdpPort other = open(there, THERE)) {
            for (int lengthBytes : new int[] {100, 100, 100, 60, 60, 60, 200}) {
                send(port, THERE, lengthBytes);
            }
            assertThat(port.heldPackets()).isEqualTo(7);
            port.flush();

            assertThat(messages(other, received)).containsExactly("360/100", "120/60", "200/0");
        }
        assertThat(received).containsExactlyElementsOf(sent);
        assertAllSent();
    }

    @Test
    void aPlainSocketReceivesThemOneByOne() throws Exception {
        try (UdpPort port = open(here, HERE);
                DatagramSocket plain = plainSocket(THERE)) {
            for (int lengthBytes : new int[] {100, 100, 100, 60, 60, 60, 200}) {
                send(port, THERE, lengthBytes);
            }
            port.flush();
            assertThat(receive(plain, 7)).containsExactlyElementsOf(sent);
        }
        assertAllSent();
    }

    @Test
    void nodesThatTakeTurnsEachSeeTheirOwnInOrder() throws Exception {
        try (UdpPort port = open(here, HERE);
                DatagramSocket first = plainSocket(THERE);
                DatagramSocket second = plainSocket(ELSEWHERE)) {
            for (int i = 0; i < 100; i++) {
                send(port, i % 3 == 0 ? ELSEWHERE : THERE, 100 + i / 10);
            }
            port.flush();

            List<byte[]> toSecond = new ArrayList<>();
            List<byte[]> toFirst = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                (i % 3 == 0 ? toSecond : toFirst).add(sent.get(i));
            }
            assertThat(receive(first, toFirst.size())).containsExactlyElementsOf(toFirst);
            assertThat(receive(second, toSecond.size())).containsExactlyElementsOf(toSecond);
        }
        assertAllSent();
    }

    @Test
    void aMessageHoldsNoMoreThanTheKernelTakes() throws Exception {
        List<byte[]> received = new ArrayList<>();
        try (UdpPort port = open(here, HERE);
                UdpPort other = open(there, THERE)) {
            for (int i = 0; i < 130; i++) {
                send(port, THERE, 58);
            }
            for (int i = 0; i < 50; i++) {
                send(port, THERE, 1472);
            }
            port.flush();

            assertThat(messages(other, received))
                    .containsExactly("3712/58", "3712/58", "116/58", 44 * 1472 + "/1472", 6 * 1472 + "/1472");
        }
        assertThat(received).containsExactlyElementsOf(sent);
        assertAllSent();
    }

    @Test
    void whatOfARunIsTooLongIsLostAndTheRestIsNot() throws Exception {
        try (UdpPort port = open(here, HERE);
                DatagramSocket plain = plainSocket(THERE)) {
            send(port, THERE, 1473);
            send(port, THERE, 1473);
            send(port, THERE, 1472);
            send(port, THERE, 1472);
            port.flush();
            assertThat(receive(plain, 2)).containsExactlyElementsOf(sent.subList(2, 4));
        }
        assertThat(account.transmittedPackets()).isEqualTo(2);
        assertThat(account.transmittedBytes()).isEqualTo(2 * (1472 - VXLAN_BYTES));
        assertThat(drops.packets(DropReason.TOO_BIG)).isEqualTo(2);
        assertThat(drops.total()).isEqualTo(2);
    }

    /** Linux before 6.11 refuses, with EIO, to cut for a device that computes no checksums; later ones do both themselves. */
    @Test
    void aDeviceThatComputesNoChecksumsSendsThemAllTheSame() throws Exception {
        here.exec("ethtool", "-K", "eth0", "tx", "off");
        try (UdpPort port = open(here, HERE);
                DatagramSocket plain = plainSocket(THERE)) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 20; i++) {
                    send(port, THERE, 1000);
                }
                port.flush();
            }
            assertThat(port.heldPackets()).isZero();
            assertThat(receive(plain, 60)).containsExactlyElementsOf(sent);
        }
        assertAllSent();
    }

    /** What a pod's TCP gives to its TAP, here with the facts that the kernel would tell. */
    private static Frame superFrame(int payloadBytes, int segmentBytes) {
        byte[] payload = TestFrames.bytes(1, 2, payloadBytes, 9);
        RawFrame whole = PacketBuilder.tcp()
                .from("10.32.0.2", 4000)
                .to("10.32.1.2", 80)
                .flags(TcpHeader.ACK | TcpHeader.PSH)
                .payload(payload)
                .build();
        Frame frame = TestFrames.frame(whole.bytes());
        frame.setOffloads(VirtioNetHeader.FLAG_NEEDS_CHECKSUM, VirtioNetHeader.GSO_TCPV4, 54, segmentBytes, 34, 16);
        return frame;
    }

    @Test
    void aSuperFrameLeavesAsTrainsBetweenOtherPacketsAndCountsAsOne() throws Exception {
        try (UdpPort port = open(here, HERE);
                DatagramSocket plain = plainSocket(THERE)) {
            VxlanTunnel tunnel = new VxlanTunnel("node-b", THERE, false, false, 1, port, new Segmenter(port));
            int payloadBytes = 60_000;
            send(port, THERE, 300);
            assertThat(tunnel.transmit(superFrame(payloadBytes, 500))).isNull();
            send(port, THERE, 300);
            assertThat(port.heldPackets()).isEqualTo(3);
            port.flush();

            List<byte[]> received = receive(plain, 122);
            assertThat(received.get(0)).isEqualTo(sent.get(0));
            assertThat(received.get(121)).isEqualTo(sent.get(1));
            ByteBuffer stream = ByteBuffer.allocate(payloadBytes);
            for (byte[] segment : received.subList(1, 121)) {
                assertThat(segment).hasSize(VXLAN_BYTES + 54 + 500);
                assertThat(ByteBuffer.wrap(segment).getInt(VXLAN_BYTES + 38)).isEqualTo(1000 + stream.position());
                stream.put(segment, VXLAN_BYTES + 54, 500);
            }
            assertThat(stream.array()).isEqualTo(TestFrames.bytes(1, 2, payloadBytes, 9));
            assertThat(tunnel.counters().transmittedPackets()).isEqualTo(1);
        }
        assertAllSent();
    }

    @Test
    void aSuperFrameWhoseSegmentsAreTooLongIsLostOnce() throws Exception {
        try (UdpPort port = open(here, HERE);
                DatagramSocket plain = plainSocket(THERE)) {
            VxlanTunnel tunnel = new VxlanTunnel("node-b", THERE, false, false, 1, port, new Segmenter(port));
            assertThat(tunnel.transmit(superFrame(20_000, 1448))).isNull();
            send(port, THERE, 300);
            port.flush();

            assertThat(receive(plain, 1)).containsExactlyElementsOf(sent);
            assertThat(tunnel.counters().transmittedPackets()).isZero();
        }
        assertThat(drops.packets(DropReason.TOO_BIG)).isEqualTo(1);
        assertThat(drops.total()).isEqualTo(1);
    }
}
