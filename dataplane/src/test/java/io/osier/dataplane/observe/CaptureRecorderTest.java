package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a capture on both nodes sees of packets that really pass two workers. */
class CaptureRecorderTest {
    private static final byte[] PAYLOAD = {1, 2, 3, 4};

    private final TwoNodes nodes = new TwoNodes();
    private long nowNanos;

    @Test
    void seesAPacketAtEveryStageUnderOneNumber() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);
        CaptureReader b = captureOn(nodes.b, CaptureSelection.ALL);

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 40_000, "10.32.2.2", 9_876, PAYLOAD));

        List<CaptureRecord> seen = drain(a, b);
        assertThat(points(seen))
                .containsExactly("web-1 tap-in", "node-a vxlan-out", "node-b vxlan-in", "web-3 tap-out");
        assertThat(seen.stream().map(CaptureRecord::packetId).distinct()).hasSize(1);
        assertThat(seen.stream().map(CaptureRecord::outbound)).containsExactly(false, true, false, true);
        assertThat(seen.stream().map(DecisionText::of))
                .containsExactly(
                        "forwarded to node-b by VXLAN",
                        "forwarded to node-b by VXLAN",
                        "from node-a, forwarded to web-3",
                        "forwarded to web-3");
    }

    @Test
    void joinsARequestToAServiceAndItsReplyAcrossTheTranslation() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);
        CaptureReader b = captureOn(nodes.b, CaptureSelection.ALL);

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 40_000, "10.96.0.10", 80, PAYLOAD));
        List<CaptureRecord> request = drain(a, b);
        nodes.send(nodes.b, nodes.web3, TestPackets.udp("10.32.2.2", 9_876, "10.32.1.2", 40_000, PAYLOAD));
        List<CaptureRecord> reply = drain(b, a);

        assertThat(points(request))
                .containsExactly("web-1 tap-in", "node-a vxlan-out", "node-b vxlan-in", "web-3 tap-out");
        assertThat(points(reply))
                .containsExactly("web-3 tap-in", "node-b vxlan-out", "node-a vxlan-in", "web-1 tap-out");
        assertThat(request.stream().map(CaptureRecord::packetId).distinct()).hasSize(1);
        assertThat(reply.stream().map(CaptureRecord::packetId).distinct()).hasSize(1);
        assertThat(request.get(0).packetId()).isNotEqualTo(reply.get(0).packetId());

        assertThat(DecisionText.of(request.get(0)))
                .isEqualTo("DNAT 10.96.0.10:80 -> 10.32.2.2:9876, backend 1 of 1, p=1");
        assertThat(DecisionText.of(request.get(2))).isEqualTo("from node-a, forwarded to web-3");
        assertThat(DecisionText.of(reply.get(3))).isEqualTo("reply of 10.96.0.10:80, DNAT to 10.32.2.2:9876 undone");
        assertThat(request.get(0).frame().getInt(TestPackets.IP + 16))
                .as("seen before the translation")
                .isEqualTo(TestPackets.v4("10.96.0.10"));
        assertThat(request.get(1).frame().getInt(TestPackets.IP + 16))
                .as("seen behind the translation")
                .isEqualTo(TestPackets.v4("10.32.2.2"));
    }

    @Test
    void givesADroppedPacketItsReasonAndTheAnswerANumberOfItsOwn() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 40_000, "10.96.0.11", 80, PAYLOAD));

        List<CaptureRecord> seen = drain(a);
        assertThat(points(seen)).containsExactly("web-1 tap-in", "node-a drop", "web-1 tap-out");
        assertThat(seen.get(0).packetId())
                .isEqualTo(seen.get(1).packetId())
                .isNotEqualTo(seen.get(2).packetId());
        assertThat(DecisionText.of(seen.get(0))).startsWith("dropped: no-endpoint (");
        assertThat(DecisionText.of(seen.get(1))).isEqualTo(DecisionText.of(seen.get(0)));
        assertThat(DecisionText.of(seen.get(2)))
                .isEqualTo("ICMP error made by Osier, about a packet dropped: no-endpoint");
        assertThat(seen.get(2).madeHere()).isTrue();
    }

    @Test
    void showsAnArpRequestAndItsAnswer() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);

        nodes.send(nodes.a, nodes.web1, TestPackets.arpRequest("10.32.1.2", "10.32.2.2"));

        List<CaptureRecord> seen = drain(a);
        assertThat(points(seen)).containsExactly("web-1 tap-in", "web-1 tap-out");
        assertThat(seen.stream().map(DecisionText::of))
                .containsExactly("ARP answered on the spot", "ARP reply made by Osier");
        assertThat(seen.get(0).frame().getShort(TestPackets.IP + 6))
                .as("a request still")
                .isEqualTo((short) 1);
    }

    @Test
    void saysWhereAPacketFailedToGoOut() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);
        nodes.web2.failWith(DropReason.PORT_FULL);

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2));

        List<CaptureRecord> seen = drain(a);
        assertThat(points(seen)).containsExactly("web-1 tap-in", "node-a drop");
        assertThat(seen.get(1).outbound()).isTrue();
        assertThat(DecisionText.of(seen.get(0))).startsWith("dropped: port-full (");
    }

    @Test
    void showsADatagramThatIsNoTunnelPacketAsItCame() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);
        nodes.a.wire.toReceive.add(new byte[] {1, 2, 3});
        nodes.a.worker.serviceUnderlay();

        List<CaptureRecord> seen = drain(a);
        assertThat(points(seen)).containsExactly("node-a vxlan-in", "node-a drop");
        assertThat(seen).allSatisfy(capture -> {
            assertThat(capture.isTunnelled()).isTrue();
            assertThat(capture.frame().limit()).isZero();
            assertThat(capture.packet().limit()).isEqualTo(20 + 8 + 3);
            assertThat(DecisionText.of(capture)).startsWith("dropped: malformed-vxlan (");
        });
    }

    @Test
    void putsTheTunnelsHeadersAroundWhatPassesIt() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);
        CaptureReader b = captureOn(nodes.b, CaptureSelection.ALL);
        byte[] sent = TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2, PAYLOAD);

        nodes.send(nodes.a, nodes.web1, sent);

        List<CaptureRecord> seen = drain(a, b);
        CaptureRecord out = seen.get(1);
        assertThat(out.frameOffset()).isEqualTo(20 + 8 + 8);
        assertThat(out.originalLengthBytes()).isEqualTo(36 + sent.length);
        assertThat(out.frameLengthBytes()).isEqualTo(sent.length);
        assertThat(out.frame()).isEqualTo(ByteBuffer.wrap(sent));
        assertThat(seen.get(2).packet()).as("what arrives is what was sent").isEqualTo(out.packet());
    }

    @Test
    void leavesTheNodesOwnAddressOutWhereItIsOfAnotherFamilyThanThePeers() {
        CaptureRecorder recorder = new CaptureRecorder(CaptureSelection.ALL, () -> nowNanos++, 1 << 16);
        nodes.a.worker.observe(recorder);

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2));

        CaptureRecord out = drain(new CaptureReader(recorder, "node-a", IpAddress.parse("::")))
                .get(1);
        assertThat(out.frameOffset()).isEqualTo(20 + 8 + 8);
        assertThat(out.packet().getInt(12)).isZero();
        assertThat(out.packet().getInt(16)).isEqualTo(TwoNodes.UNDERLAY_B.v4Bits());
    }

    @Test
    void followsASelectedPodByItsPortAndByItsAddress() {
        Set<IpAddress> address = Set.of(IpAddress.parse("10.32.1.2"));
        CaptureSelection web1 =
                new CaptureSelection(Set.of("web-1"), address, Set.of(), CaptureSelection.WHOLE_PACKETS);
        CaptureReader a = captureOn(nodes.a, web1);
        CaptureReader b = captureOn(nodes.b, web1);

        nodes.send(nodes.a, nodes.web2, TestPackets.udp("10.32.1.3", 1, "10.32.2.2", 2));
        assertThat(drain(a, b)).isEmpty();

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2));
        assertThat(points(drain(a, b)))
                .containsExactly("web-1 tap-in", "node-a vxlan-out", "node-b vxlan-in", "web-3 tap-out");

        nodes.send(nodes.a, nodes.web2, TestPackets.udp("10.32.1.3", 1, "10.32.1.2", 2));
        assertThat(points(drain(a, b))).containsExactly("web-2 tap-in", "web-1 tap-out");
    }

    @Test
    void looksOnlyAtSelectedStages() {
        CaptureReader a = captureOn(
                nodes.a,
                new CaptureSelection(
                        Set.of(), Set.of(), Set.of(CaptureStage.VXLAN_OUT), CaptureSelection.WHOLE_PACKETS));

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2));

        List<CaptureRecord> seen = drain(a);
        assertThat(points(seen)).containsExactly("node-a vxlan-out");
        assertThat(seen.get(0).decision().from()).isEqualTo(new PortId(PortKind.POD, "web-1"));
    }

    @Test
    void keepsOnlyTheBeginningOfPacketsWhenToldTo() {
        CaptureReader a = captureOn(nodes.a, new CaptureSelection(Set.of(), Set.of(), Set.of(), 40));

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2, new byte[1_000]));

        assertThat(drain(a)).hasSize(2).allSatisfy(capture -> {
            assertThat(capture.packet().limit()).isEqualTo(40);
            assertThat(capture.frameLengthBytes()).isEqualTo(14 + 20 + 8 + 1_000);
        });
    }

    @Test
    void countsWhatItLosesAndForwardsAllTheSame() {
        CaptureRecorder recorder = new CaptureRecorder(CaptureSelection.ALL, () -> nowNanos++, 1_024);
        nodes.a.worker.observe(recorder);
        CaptureReader reader = new CaptureReader(recorder, "node-a", TwoNodes.UNDERLAY_A);
        byte[] sent = TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2, PAYLOAD);

        for (int i = 0; i < 100; i++) {
            nodes.send(nodes.a, nodes.web1, sent);
        }

        int seen = drain(reader).size();
        Map<ObservationPoint, Long> losses = reader.losses();
        assertThat(nodes.web2.transmitted).hasSize(100);
        assertThat(seen).isPositive();
        assertThat(losses.keySet())
                .containsExactlyInAnyOrder(
                        new ObservationPoint("web-1", CaptureStage.TAP_IN),
                        new ObservationPoint("web-2", CaptureStage.TAP_OUT));
        assertThat(losses.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(200 - seen);
        nodes.send(nodes.a, nodes.web1, sent);
        assertThat(drain(reader)).as("room again once it was read").hasSize(2);
    }

    @Test
    void letsSeveralCapturesLookAtOnce() {
        CaptureRecorder all = new CaptureRecorder(CaptureSelection.ALL, () -> nowNanos++, 1 << 16);
        CaptureRecorder drops = new CaptureRecorder(
                new CaptureSelection(Set.of(), Set.of(), Set.of(CaptureStage.DROP), CaptureSelection.WHOLE_PACKETS),
                () -> nowNanos++,
                1 << 16);
        nodes.a.worker.observe(PacketObservers.of(List.of(all, drops)));

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 40_000, "10.96.0.11", 80));

        assertThat(points(drain(new CaptureReader(all, "node-a", TwoNodes.UNDERLAY_A))))
                .containsExactly("web-1 tap-in", "node-a drop", "web-1 tap-out");
        assertThat(points(drain(new CaptureReader(drops, "node-a", TwoNodes.UNDERLAY_A))))
                .containsExactly("node-a drop");
        assertThat(PacketObservers.of(List.of())).isSameAs(PacketObserver.NONE);
    }

    @Test
    void timesEachSight() {
        CaptureReader a = captureOn(nodes.a, CaptureSelection.ALL);
        nowNanos = 1_700_000_000_123_456_789L;

        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2));

        assertThat(drain(a).stream().map(CaptureRecord::epochNanos))
                .containsExactly(1_700_000_000_123_456_789L, 1_700_000_000_123_456_790L);
    }

    @Test
    void allocatesNothingForAPacket() {
        CaptureRecorder recorder = new CaptureRecorder(
                new CaptureSelection(
                        Set.of("web-1"),
                        Set.of(IpAddress.parse("10.32.1.2")),
                        Set.of(),
                        CaptureSelection.WHOLE_PACKETS),
                new EpochClock(),
                1 << 12);
        Frame request = new Frame();
        PacketTrace trace = new PacketTrace();
        TestPackets.fill(request, TestPackets.udp("10.32.1.2", 1, "10.96.0.10", 80, PAYLOAD));
        trace.rewritten(Rewrite.DNAT, 0, 1, 80, 0, 2, 9_876);
        CaptureRing.Visitor nobody = (bytes, offset, length) -> {};
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = 0; i < 20_000; i++) {
            if (i == 10_000) {
                before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            }
            recorder.received(nodes.web1, request);
            recorder.transmitted(nodes.web2, request, trace);
            recorder.dropped(nodes.web1, request, DropReason.PORT_FULL, trace);
            recorder.finished(trace);
            if (i % 100 == 0) {
                recorder.ring().drain(nobody);
            }
        }
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertThat(recorder.lostDrops()).as("rings that overflow count, too").isPositive();
        assertThat(allocated).isLessThan(1_000);
    }

    private CaptureReader captureOn(TwoNodes.Node node, CaptureSelection selection) {
        CaptureRecorder recorder = new CaptureRecorder(selection, () -> nowNanos++, 1 << 16);
        node.worker.observe(recorder);
        boolean first = node == nodes.a;
        return new CaptureReader(
                recorder, first ? "node-a" : "node-b", first ? TwoNodes.UNDERLAY_A : TwoNodes.UNDERLAY_B);
    }

    private static List<CaptureRecord> drain(CaptureReader... readers) {
        List<CaptureRecord> records = new ArrayList<>();
        for (CaptureReader reader : readers) {
            reader.drain(records::add);
        }
        return records;
    }

    private static List<String> points(List<CaptureRecord> records) {
        return records.stream().map(capture -> capture.point().toString()).toList();
    }
}
