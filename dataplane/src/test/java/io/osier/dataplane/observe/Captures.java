package io.osier.dataplane.observe;

import io.osier.dataplane.observe.CaptureRecord.Checksum;
import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.nio.ByteBuffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Records for tests, made by hand and at random. */
final class Captures {
    static final PortId WEB_1 = new PortId(PortKind.POD, "web-1");
    static final PortId WEB_2 = new PortId(PortKind.POD, "web-2");
    private static final Socket NOWHERE = new Socket(new IpAddress(0, 0), 0);

    private Captures() {}

    /** A packet that goes from web-1 to web-2 and nothing happens to. */
    static PacketDecision forwarded() {
        return new PacketDecision(Rewrite.NONE, false, false, 0, 0, NOWHERE, NOWHERE, null, WEB_1, WEB_2, 1);
    }

    static PacketDecision dropped(String reason) {
        return new PacketDecision(Rewrite.NONE, false, false, 0, 0, NOWHERE, NOWHERE, reason, WEB_1, null, 0);
    }

    static PacketDecision rewritten(
            Rewrite rewrite, String service, String backend, int index, int count, boolean masqueraded) {
        return new PacketDecision(
                rewrite, masqueraded, false, index, count, socket(service), socket(backend), null, WEB_1, WEB_2, 1);
    }

    static CaptureRecord record(String name, CaptureStage stage, PacketDecision decision, byte[] frame) {
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

    private static Socket socket(String text) {
        int colon = text.lastIndexOf(':');
        return new Socket(IpAddress.parse(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    /** Any record at all. */
    static Arbitrary<CaptureRecord> records() {
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
                        more % 3 * 18,
                        more,
                        ByteBuffer.wrap(packet)));
    }

    static Arbitrary<ObservationPoint> points() {
        return Combinators.combine(names(), Arbitraries.of(CaptureStage.values()))
                .as(ObservationPoint::new);
    }

    static Arbitrary<String> names() {
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
                        service,
                        backend,
                        drop,
                        from,
                        to,
                        number));
    }
}
