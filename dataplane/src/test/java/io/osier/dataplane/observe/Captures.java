package io.osier.dataplane.observe;

import io.osier.dataplane.observe.CaptureRecord.Checksum;
import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.observe.PacketTrace.Choice;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Records for tests, made by hand and at random. */
public final class Captures {
    public static final PortId WEB_1 = new PortId(PortKind.POD, "web-1");
    public static final PortId WEB_2 = new PortId(PortKind.POD, "web-2");
    private static final Socket NOWHERE = new Socket(new IpAddress(0, 0), 0);

    private Captures() {}

    /** A packet that goes from web-1 to web-2 and nothing happens to. */
    public static PacketDecision forwarded() {
        return new PacketDecision(
                Rewrite.NONE, false, false, 0, 0, Choice.CHANCE, NOWHERE, NOWHERE, null, WEB_1, WEB_2, 1);
    }

    public static PacketDecision dropped(String reason) {
        return new PacketDecision(
                Rewrite.NONE, false, false, 0, 0, Choice.CHANCE, NOWHERE, NOWHERE, reason, WEB_1, null, 0);
    }

    public static PacketDecision rewritten(
            Rewrite rewrite, String service, String backend, int index, int count, boolean masqueraded) {
        return new PacketDecision(
                rewrite,
                masqueraded,
                false,
                index,
                count,
                Choice.CHANCE,
                socket(service),
                socket(backend),
                null,
                WEB_1,
                WEB_2,
                1);
    }

    /** The same with a backend that was chosen so. */
    public static PacketDecision chosen(Choice choice, PacketDecision of) {
        return new PacketDecision(
                of.rewrite(),
                of.masqueraded(),
                of.answered(),
                of.backendIndex(),
                of.backendCount(),
                choice,
                of.service(),
                of.backend(),
                of.dropReason(),
                of.from(),
                of.to(),
                of.copies());
    }

    public static CaptureRecord record(String name, CaptureStage stage, PacketDecision decision, byte[] frame) {
        boolean outbound = stage == CaptureStage.TAP_OUT || stage == CaptureStage.VXLAN_OUT;
        return new CaptureRecord(
                1_700_000_000_123_456_789L,
                new ObservationPoint(name, stage),
                0x1122_3344_5566_7788L,
                outbound,
                false,
                Checksum.AS_SENT,
                false,
                decision,
                0,
                frame.length,
                ByteBuffer.wrap(frame));
    }

    /** The same at another time. */
    public static CaptureRecord at(long epochNanos, CaptureRecord capture) {
        return copy(capture, epochNanos, 0, capture.originalLengthBytes(), capture.packet());
    }

    /** The same as if it had been seen inside the tunnel. */
    public static CaptureRecord tunnelled(CaptureRecord capture) {
        IpAddress source = IpAddress.parse("172.30.0.1");
        int udp = OuterHeaders.lengthBytes(source);
        int length = VxlanHeader.LENGTH_BYTES + capture.packet().limit();
        ByteBuffer packet = ByteBuffer.allocate(udp + length);
        VxlanHeader.write(packet, udp, 1);
        packet.put(
                udp + VxlanHeader.LENGTH_BYTES,
                capture.packet(),
                0,
                capture.packet().limit());
        OuterHeaders.write(packet, source, IpAddress.parse("172.30.0.2"), length, length);
        return copy(capture, capture.epochNanos(), udp + VxlanHeader.LENGTH_BYTES, udp + length, packet);
    }

    private static CaptureRecord copy(
            CaptureRecord capture, long epochNanos, int frameOffset, int originalLength, ByteBuffer packet) {
        return new CaptureRecord(
                epochNanos,
                capture.point(),
                capture.packetId(),
                capture.outbound(),
                capture.madeHere(),
                capture.checksum(),
                capture.segmented(),
                capture.decision(),
                frameOffset,
                originalLength,
                packet);
    }

    private static Socket socket(String text) {
        int colon = text.lastIndexOf(':');
        return new Socket(IpAddress.parse(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    /** Any record at all. */
    public static Arbitrary<CaptureRecord> records() {
        Arbitrary<byte[]> packets = Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
        return Combinators.combine(
                        Arbitraries.longs(),
                        points(),
                        decisions(),
                        packets,
                        Arbitraries.integers().between(0, 70_000),
                        Arbitraries.of(Checksum.values()),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as((nanos, point, decision, packet, more, checksum, one, other) -> new CaptureRecord(
                        nanos,
                        point,
                        ~nanos,
                        one,
                        other,
                        checksum,
                        one ^ other,
                        decision,
                        Math.min(more % 3 * 18, packet.length),
                        packet.length + more,
                        ByteBuffer.wrap(packet)));
    }

    public static Arbitrary<ObservationPoint> points() {
        return Combinators.combine(names(), Arbitraries.of(CaptureStage.values()))
                .as(ObservationPoint::new);
    }

    public static Arbitrary<String> names() {
        return Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(60);
    }

    private static Arbitrary<PacketDecision> decisions() {
        Arbitrary<PortId> ports =
                Combinators.combine(Arbitraries.of(PortKind.values()), names()).as(PortId::new);
        Arbitrary<Socket> sockets = Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, 65_535))
                .as((high, low, port) -> new Socket(new IpAddress(high, low), port));
        return Combinators.combine(
                        Arbitraries.of(Rewrite.values()),
                        Arbitraries.integers().between(0, 100),
                        sockets,
                        sockets,
                        names().injectNull(0.5),
                        ports,
                        ports.injectNull(0.5))
                .as((rewrite, number, service, backend, drop, from, to) -> new PacketDecision(
                        rewrite,
                        number % 2 == 0,
                        number % 3 == 0,
                        number,
                        number + 1,
                        List.of(Choice.values()).get(number % 4),
                        service,
                        backend,
                        drop,
                        from,
                        to,
                        number));
    }
}
