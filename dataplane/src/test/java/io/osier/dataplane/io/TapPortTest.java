package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By either way to call the kernel. */
@Tag("namespaces")
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"io_uring", "single"})
class TapPortTest {
    private static final PortId WEB = new PortId(PortKind.POD, "web-1");
    private static final long POD_MAC = 0x0a58_0a20_0002L;
    private static final long PEER_MAC = 0x0a58_0a20_0003L;

    // Closed in reverse: the port before its namespace.
    @AutoClose
    private final TestNamespace pod;

    @AutoClose
    private final TapCalls calls;

    @AutoClose
    private TapPort tap;

    private final DropCounters drops = new DropCounters();
    private final AtomicBoolean observed = new AtomicBoolean();
    private final FrameBatch batch = new FrameBatch(8);

    TapPortTest(String way) throws IOException {
        calls = new TapCalls(BatchedCallsTest.open(way), drops, observed::get);
        pod = new TestNamespace();
        tap = open(Set.of());
    }

    private TapPort open(Set<TapOffload> offloads) throws IOException {
        return TapFactory.open(new TapConfig(WEB, pod.namespace(), "eth0", POD_MAC, offloads), calls);
    }

    @BeforeEach
    void bringTheInterfaceUp() throws IOException {
        pod.ip("address", "add", "10.32.0.2/12", "dev", "eth0");
        pod.ip("link", "set", "eth0", "mtu", "9000", "up");
    }

    private void send(Frame frame) {
        assertThat(tap.transmit(frame)).isNull();
        tap.flush();
    }

    private void assertDropped(DropReason reason, Frame frame) {
        long before = drops.packets(reason);
        send(frame);
        assertThat(drops.packets(reason)).isEqualTo(before + 1);
    }

    private int receiveWhatComes() {
        return await().until(() -> tap.receive(batch), received -> received > 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 60, 1514, 9014})
    void aFrameThatThePodSendsIsReadByteForByte(int lengthBytes) throws Exception {
        byte[] sent = TestFrames.bytes(PEER_MAC, POD_MAC, lengthBytes, 1);

        try (PacketSocket socket = PacketSocket.open(pod, "eth0")) {
            socket.send(sent);
            assertThat(receiveWhatComes()).isEqualTo(1);
        }

        Frame frame = batch.frame(0);
        assertThat(frame.start()).isEqualTo(Frame.HEADROOM_BYTES);
        assertThat(TestFrames.bytesOf(frame)).isEqualTo(sent);
        assertThat(frame.hasPartialChecksum()).isFalse();
        assertThat(frame.gsoType()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 60, 1514, 9014})
    void aTransmittedFrameArrivesInThePodByteForByte(int lengthBytes) throws Exception {
        byte[] sent = TestFrames.bytes(POD_MAC, PEER_MAC, lengthBytes, 2);

        try (PacketSocket socket = PacketSocket.open(pod, "eth0")) {
            send(TestFrames.frame(sent));
            List<byte[]> seen = new ArrayList<>();
            await().until(() -> {
                seen.addAll(socket.seen());
                return !seen.isEmpty();
            });
            assertThat(seen).containsExactly(sent);
        }

        assertThat(tap.counters().transmittedPackets()).isEqualTo(1);
        assertThat(tap.counters().transmittedBytes()).isEqualTo(lengthBytes);
        assertThat(tap.heldPackets()).isZero();
    }

    @Test
    void transmittingLeavesTheHeadroomAlone() {
        Frame frame = TestFrames.frame(TestFrames.bytes(POD_MAC, PEER_MAC, 60, 3));
        for (int i = 0; i < Frame.HEADROOM_BYTES; i++) {
            frame.bytes().put(i, (byte) 0x5a);
        }

        send(frame);

        for (int i = 0; i < Frame.HEADROOM_BYTES; i++) {
            assertThat(frame.bytes().get(i)).isEqualTo((byte) 0x5a);
        }
    }

    @Test
    void framesComeInOrderAndNoMoreThanTheBatchHolds() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        try (PacketSocket socket = PacketSocket.open(pod, "eth0")) {
            for (int i = 0; i < 12; i++) {
                sent.add(TestFrames.bytes(PEER_MAC, POD_MAC, 60 + i, i));
                socket.send(sent.get(i));
            }
        }

        List<byte[]> received = new ArrayList<>();
        assertThat(tap.receive(batch)).isEqualTo(8).isEqualTo(batch.size());
        collect(received);
        assertThat(tap.receive(batch)).isEqualTo(4).isEqualTo(batch.size());
        collect(received);
        assertThat(tap.receive(batch)).isZero();
        assertThat(received).containsExactlyElementsOf(sent);
    }

    private void collect(List<byte[]> received) {
        for (int i = 0; i < batch.size(); i++) {
            received.add(TestFrames.bytesOf(batch.frame(i)));
        }
    }

    @Test
    void aChecksumLeftToUsIsSaidToBePartial() throws Exception {
        tap.close();
        tap = open(Set.of(TapOffload.CSUM));
        pod.ip("neighbour", "add", "10.32.0.3", "lladdr", MacAddress.format(PEER_MAC), "dev", "eth0");

        try (DatagramSocket socket = pod.namespace().call(() -> new DatagramSocket())) {
            socket.send(new DatagramPacket(new byte[100], 100, InetAddress.getByName("10.32.0.3"), 9));
        }
        receiveWhatComes();

        Frame frame = batch.frame(0);
        assertThat(frame.hasPartialChecksum()).isTrue();
        assertThat(frame.checksumStart()).isEqualTo(14 + 20);
        assertThat(frame.checksumOffset()).isEqualTo(6);
    }

    @Test
    void aPodWhoseInterfaceIsDownIsDownUntilItIsUpAgain() throws Exception {
        Frame frame = TestFrames.frame(TestFrames.bytes(POD_MAC, PEER_MAC, 60, 4));

        pod.ip("link", "set", "eth0", "down");
        assertDropped(DropReason.PORT_DOWN, frame);
        assertThat(tap.receive(batch)).isZero();
        assertThat(tap.isGone()).isFalse();

        pod.ip("link", "set", "eth0", "up");
        send(frame);
        assertThat(tap.counters().transmittedPackets()).isEqualTo(1);
    }

    @Test
    void whatTheKernelFindsMalformedIsRefused() {
        Frame tooShort = TestFrames.frame(new byte[10]);

        assertDropped(DropReason.PORT_REFUSED, tooShort);
        assertThat(tap.isGone()).isFalse();
        assertThat(tap.counters().transmittedPackets()).isZero();
    }

    @Test
    void framesWaitInOrderUntilTheyAreFlushedOrTheQueueIsFull() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        List<byte[]> seen = new ArrayList<>();
        try (PacketSocket socket = PacketSocket.open(pod, "eth0")) {
            for (int i = 0; i < BatchedCalls.CAPACITY + 6; i++) {
                sent.add(TestFrames.bytes(POD_MAC, PEER_MAC, 60 + i, i));
                assertThat(tap.transmit(TestFrames.frame(sent.get(i)))).isNull();
            }
            assertThat(tap.heldPackets()).isEqualTo(6);
            assertThat(tap.counters().transmittedPackets()).isEqualTo(BatchedCalls.CAPACITY);
            tap.flush();
            assertThat(tap.heldPackets()).isZero();
            await().untilAsserted(() -> {
                seen.addAll(socket.seen());
                assertThat(seen).hasSameSizeAs(sent);
            });
        }
        assertThat(seen).containsExactlyElementsOf(sent);
    }

    @Test
    void oneThatIsRefusedTakesNoneOfTheOthersWithIt() {
        Frame good = TestFrames.frame(TestFrames.bytes(POD_MAC, PEER_MAC, 60, 8));

        tap.transmit(good);
        tap.transmit(TestFrames.frame(new byte[10]));
        tap.transmit(good);
        tap.flush();

        assertThat(drops.packets(DropReason.PORT_REFUSED)).isEqualTo(1);
        assertThat(tap.counters().transmittedPackets()).isEqualTo(2);
    }

    @Test
    void whileSomebodyLooksEachFrameIsWrittenAtOnce() {
        observed.set(true);

        assertThat(tap.transmit(TestFrames.frame(TestFrames.bytes(POD_MAC, PEER_MAC, 60, 9))))
                .isNull();
        assertThat(tap.counters().transmittedPackets()).isEqualTo(1);
        assertThat(tap.transmit(TestFrames.frame(new byte[10]))).isEqualTo(DropReason.PORT_REFUSED);
        assertThat(drops.total()).as("the caller counts it").isZero();
    }

    @Test
    void aNamespaceThatHasLostItsNameLivesOnUntilThePortIsClosed() throws Exception {
        Frame frame = TestFrames.frame(TestFrames.bytes(POD_MAC, PEER_MAC, 60, 5));

        pod.close();

        send(frame);
        assertThat(tap.receive(batch)).isZero();
        assertThat(tap.isGone()).isFalse();
    }

    @Test
    void aDeviceThatWentDownWithANamespaceIsNoticedByReading() throws Exception {
        try (TestNamespace other = new TestNamespace()) {
            pod.ip("link", "set", "eth0", "netns", other.name());
            assertThat(other.ip("link")).contains("eth0");
        }

        await().until(() -> tap.receive(batch) == 0 && tap.isGone());
        assertThat(tap.receive(batch)).isZero();
    }

    @Test
    void aDeletedInterfaceIsNoticedByWriting() throws Exception {
        pod.ip("link", "delete", "eth0");

        Frame frame = TestFrames.frame(TestFrames.bytes(POD_MAC, PEER_MAC, 60, 5));
        assertDropped(DropReason.PORT_DOWN, frame);
        assertThat(tap.isGone()).isTrue();
    }

    @Test
    void aClosedPortTouchesNoDescriptor() {
        tap.close();

        assertThat(tap.transmit(TestFrames.frame(new byte[60]))).isEqualTo(DropReason.PORT_DOWN);
        assertThat(tap.receive(batch)).isZero();
        assertThat(tap.isGone()).isTrue();
    }

    @Test
    void receivingAndTransmittingAllocateNothing() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        try (PacketSocket socket = PacketSocket.open(pod, "eth0")) {
            byte[] bytes = TestFrames.bytes(PEER_MAC, POD_MAC, 60, 6);
            Thread sender = new Thread(() -> socket.sendUntil(enough, bytes));
            sender.start();
            try {
                echo(20_000);
                assertThat(AllocatedBytes.by(() -> echo(100_000)))
                        .as("bytes for 100,000 packets")
                        .isLessThan(10_000);
            } finally {
                enough.set(true);
                sender.join();
            }
        }
    }

    /** Sends everything back that comes. */
    private void echo(int packets) {
        for (int done = 0; done < packets; done += batch.size()) {
            tap.receive(batch);
            for (int i = 0; i < batch.size(); i++) {
                tap.transmit(batch.frame(i));
            }
            tap.flush();
        }
    }
}
