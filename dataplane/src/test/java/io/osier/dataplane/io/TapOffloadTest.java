package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two pods whose kernels leave segmentation and checksums to us, joined frame by frame. */
@Tag("namespaces")
class TapOffloadTest {
    private static final int STREAM_BYTES = 20 << 20;
    private static final int MTU_BYTES = 1450;

    @AutoClose
    private final TestNamespace client = new TestNamespace();

    @AutoClose
    private final TestNamespace server = new TestNamespace();

    private final TapPort clientTap = open(client, "client", 2);
    private final TapPort serverTap = open(server, "server", 3);
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Integer> superFrames = new ArrayList<>();
    private final CompletableFuture<Void> wire = new CompletableFuture<>();

    TapOffloadTest() throws IOException {}

    private static TapPort open(TestNamespace pod, String name, int host) throws IOException {
        return TestTaps.open(new TapConfig(
                new PortId(PortKind.POD, name), pod.namespace(), "eth0", mac(host), TapFactory.acceptedOffloads()));
    }

    private static long mac(int host) {
        return MacAddress.ofPod(IpAddress.parse("10.32.0." + host).v4Bits());
    }

    @BeforeEach
    void introduceThePods() throws IOException {
        configure(client, 2, 3);
        configure(server, 3, 2);
    }

    private static void configure(TestNamespace pod, int own, int other) throws IOException {
        pod.namespace().call(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/eth0/disable_ipv6"), "0"));
        pod.ip("address", "add", "10.32.0." + own + "/12", "dev", "eth0");
        pod.ip("address", "add", "fd32::" + own + "/64", "dev", "eth0", "nodad");
        pod.ip("link", "set", "eth0", "mtu", "" + MTU_BYTES, "up");
        String lladdr = MacAddress.format(mac(other));
        pod.ip("neighbour", "replace", "10.32.0." + other, "lladdr", lladdr, "dev", "eth0");
        pod.ip("neighbour", "replace", "fd32::" + other, "lladdr", lladdr, "dev", "eth0");
    }

    /** Carries frames to and fro on a thread of its own; a long one arrives as its first segment and a tail of the others. */
    private void connect(IntPredicate gsoTypeExpected) {
        new Thread(() -> {
                    try {
                        FrameBatch batch = new FrameBatch(8);
                        while (!over.get()) {
                            carry(clientTap, serverTap, batch, gsoTypeExpected);
                            carry(serverTap, clientTap, batch, gsoTypeExpected);
                        }
                        wire.complete(null);
                    } catch (RuntimeException | AssertionError e) {
                        wire.completeExceptionally(e);
                    }
                })
                .start();
    }

    private void carry(TapPort from, TapPort to, FrameBatch batch, IntPredicate gsoTypeExpected) {
        Frame head = Frame.view();
        from.receive(batch);
        for (int i = 0; i < batch.size(); i++) {
            Frame frame = batch.frame(i);
            if (frame.gsoType() == VirtioNetHeader.GSO_NONE) {
                to.transmit(frame);
                continue;
            }
            assertThat(gsoTypeExpected.test(frame.gsoType()))
                    .as("GSO type %d", frame.gsoType())
                    .isTrue();
            superFrames.add(frame.length());
            assertThat(to.transmit(inSlices(frame, head))).isNull();
        }
    }

    /** Shows the same packet as one that was joined: the window ends with the first segment. */
    private static Frame inSlices(Frame frame, Frame head) {
        boolean v4 = EthernetHeader.etherType(frame.bytes(), frame.start()) == EthernetHeader.TYPE_IPV4;
        boolean udp = frame.gsoType() == VirtioNetHeader.GSO_UDP_L4;
        assertThat(frame.hasPartialChecksum()).isTrue();
        assertThat(frame.checksumStart()).isEqualTo(v4 ? 34 : 54);
        assertThat(frame.checksumOffset()).isEqualTo(udp ? 6 : 16);
        int tcpHeader = (frame.bytes().get(frame.start() + frame.checksumStart() + 12) >> 2) & 0x3c;
        int headers = frame.checksumStart() + (udp ? 8 : tcpHeader);
        assertThat(frame.gsoSizeBytes()).isBetween(1, MTU_BYTES + 14 - headers);
        assertThat(frame.length()).isGreaterThan(headers + frame.gsoSizeBytes());
        int step = frame.gsoSizeBytes();
        head.show(frame, frame.start(), headers + step);
        head.setOffloads(
                frame.offloadFlags(), frame.gsoType(), headers, step, frame.checksumStart(), frame.checksumOffset());
        for (int at = head.end(); at < frame.end(); at += step) {
            head.tail().add(frame, at, Math.min(step, frame.end() - at));
        }
        return head;
    }

    @AfterEach
    void close() throws Exception {
        over.set(true);
        wire.get(10, TimeUnit.SECONDS);
        clientTap.close();
        serverTap.close();
    }

    private static Thread sending(Socket socket, byte[] stream) {
        Thread sender = new Thread(() -> {
            try {
                socket.getOutputStream().write(stream);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        sender.start();
        return sender;
    }

    @ParameterizedTest
    @CsvSource({"10.32.0.3, 1", "fd32::3, 4"})
    void aPodsStreamPassesInSuperFramesAndArrivesIntact(String to, int gsoType) throws Exception {
        connect(type -> (type & ~VirtioNetHeader.GSO_ECN) == gsoType);
        byte[] stream = new byte[STREAM_BYTES];
        new Random(1).nextBytes(stream);
        InetAddress address = InetAddress.getByName(to);
        try (ServerSocket listener = server.namespace().call(() -> new ServerSocket(80, 1, address));
                Socket out = client.namespace().call(() -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(address, 80), 5_000);
                    return socket;
                });
                Socket in = listener.accept()) {
            in.setSoTimeout(10_000);
            Thread sender = sending(out, stream);
            assertThat(readAll(in)).isEqualTo(stream);
            sender.join();
        }
        assertThat(superFrames).hasSizeGreaterThan(STREAM_BYTES / 65_536);
        assertThat(superFrames.stream().mapToInt(Integer::intValue).max().orElse(0))
                .as("the longest frame")
                .isGreaterThan(30_000);
    }

    private static byte[] readAll(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return in.readAllBytes();
        }
    }

    /** Tunnel sockets of ours, inside the pods, are UDP senders and receivers that know segmentation offload. */
    @ParameterizedTest
    @CsvSource({"10.32.0.2, 10.32.0.3", "fd32::2, fd32::3"})
    void aPodsDatagramsPassAsASuperFrameAndArriveAsDatagrams(String from, String to) throws Exception {
        Assumptions.assumeTrue(
                TapFactory.acceptedOffloads().contains(TapOffload.USO4), "TAPs take UDP segments since Linux 6.2");
        connect(type -> type == VirtioNetHeader.GSO_UDP_L4);
        DropCounters drops = new DropCounters();
        PortCounters account = new PortCounters();
        FrameBatch batch = new FrameBatch(64);
        List<byte[]> sent = new ArrayList<>();
        List<byte[]> received = new ArrayList<>();
        try (UdpPort out = client.namespace().call(() -> UdpPort.open(IpAddress.parse(from), 4789, drops));
                UdpPort in = server.namespace().call(() -> UdpPort.open(IpAddress.parse(to), 4789, drops))) {
            for (int i = 0; i < 40; i++) {
                byte[] payload = TestFrames.bytes(1, 2, i < 39 ? 1000 : 700, i);
                Frame frame = TestFrames.frame(payload);
                out.send(IpAddress.parse(to), frame, frame.start(), payload.length, account);
                sent.add(payload);
            }
            out.flush();
            await().atMost(5, TimeUnit.SECONDS).until(() -> {
                in.receive(batch);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(batch.frame(i).datagramBytes()).isEqualTo(1000);
                    byte[] bytes = TestFrames.bytesOf(batch.frame(i));
                    for (int at = 0; at < bytes.length; at += 1000) {
                        received.add(Arrays.copyOfRange(bytes, at, Math.min(at + 1000, bytes.length)));
                    }
                }
                return received.size() >= sent.size();
            });
        }
        assertThat(received).containsExactlyElementsOf(sent);
        assertThat(superFrames).hasSize(1);
    }

    @Test
    void aPlainSocketReceivesTheDatagramsOfASuperFrameOneByOne() throws Exception {
        Assumptions.assumeTrue(
                TapFactory.acceptedOffloads().contains(TapOffload.USO4), "TAPs take UDP segments since Linux 6.2");
        connect(type -> type == VirtioNetHeader.GSO_UDP_L4);
        try (UdpPort out = client.namespace()
                        .call(() -> UdpPort.open(IpAddress.parse("10.32.0.2"), 4789, new DropCounters()));
                DatagramSocket in = server.namespace()
                        .call(() ->
                                new DatagramSocket(new InetSocketAddress(InetAddress.getByName("10.32.0.3"), 4789)))) {
            in.setSoTimeout(5_000);
            for (int i = 0; i < 10; i++) {
                Frame frame = TestFrames.frame(TestFrames.bytes(1, 2, 1000, i));
                out.send(IpAddress.parse("10.32.0.3"), frame, frame.start(), 1000, new PortCounters());
            }
            out.flush();
            for (int i = 0; i < 10; i++) {
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                in.receive(packet);
                assertThat(Arrays.copyOf(packet.getData(), packet.getLength()))
                        .isEqualTo(TestFrames.bytes(1, 2, 1000, i));
            }
        }
    }
}
