package io.osier.dataplane.observe;

import io.osier.dataplane.observe.CaptureRecord.Checksum;
import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The other side of a {@link CaptureRecorder}: makes records of what lies in its ring, with names for numbers and the outer
 * headers of tunnel packets. Owned by one thread, which is not the worker's.
 */
public final class CaptureReader {
    private static final CaptureStage[] STAGES = CaptureStage.values();
    private static final Rewrite[] REWRITES = Rewrite.values();
    private static final DropReason[] DROP_REASONS = DropReason.values();

    private final CaptureRecorder recorder;
    private final String nodeName;
    private final IpAddress underlay;

    /**
     * @param nodeName this node, which names what is seen outside its pods
     * @param underlay the address that its tunnel packets come from and go to; {@code ::} if it is not known
     */
    public CaptureReader(CaptureRecorder recorder, String nodeName, IpAddress underlay) {
        this.recorder = recorder;
        this.nodeName = nodeName;
        this.underlay = underlay;
    }

    /** Hands on everything that the worker has recorded since the last time. */
    public void drain(Consumer<CaptureRecord> consumer) {
        recorder.ring().drain((bytes, slot, length) -> consumer.accept(read(bytes, slot, length)));
    }

    /** How many packets have been lost so far, where some were. */
    public Map<ObservationPoint, Long> losses() {
        Map<ObservationPoint, Long> losses = new LinkedHashMap<>();
        for (ObservedPort port : recorder.ports().all()) {
            addLoss(
                    losses,
                    point(CaptureStage.in(port.id().kind()), port.id()),
                    port.lostIn().get());
            addLoss(
                    losses,
                    point(CaptureStage.out(port.id().kind()), port.id()),
                    port.lostOut().get());
        }
        addLoss(losses, new ObservationPoint(nodeName, CaptureStage.DROP), recorder.lostDrops());
        return losses;
    }

    private static void addLoss(Map<ObservationPoint, Long> losses, ObservationPoint point, long lost) {
        if (lost > 0) {
            losses.merge(point, lost, Long::sum);
        }
    }

    private ObservationPoint point(CaptureStage stage, PortId port) {
        boolean pod = port.kind() == PortKind.POD && stage != CaptureStage.DROP;
        return new ObservationPoint(pod ? port.name() : nodeName, stage);
    }

    private CaptureRecord read(ByteBuffer bytes, int slot, int length) {
        int flags = bytes.getShort(slot + CaptureSlot.FLAGS);
        CaptureStage stage = STAGES[bytes.get(slot + CaptureSlot.STAGE)];
        int original = bytes.getInt(slot + CaptureSlot.ORIGINAL_LENGTH);
        int kept = length - CaptureSlot.BYTES;
        boolean outbound = (flags & CaptureSlot.OUTBOUND) != 0;
        int outer = 0;
        int frameOffset = 0;
        ByteBuffer packet;
        if ((flags & CaptureSlot.TUNNELLED) != 0) {
            IpAddress remote = address(bytes, slot + CaptureSlot.REMOTE);
            outer = OuterHeaders.lengthBytes(remote);
            packet = ByteBuffer.allocate(outer + kept);
            packet.put(outer, bytes, slot + CaptureSlot.BYTES, kept);
            IpAddress own = underlay.isV4() == remote.isV4() ? underlay : OuterHeaders.unknownOfFamily(remote);
            OuterHeaders.write(packet, outbound ? own : remote, outbound ? remote : own, original, kept);
            boolean undecoded = (flags & CaptureSlot.UNDECODED) != 0;
            frameOffset = outer + (undecoded ? original : VxlanHeader.LENGTH_BYTES);
        } else {
            packet = ByteBuffer.allocate(kept);
            packet.put(0, bytes, slot + CaptureSlot.BYTES, kept);
        }
        packet.limit(Math.min(packet.limit(), recorder.selection().snapLengthBytes()));
        PortId port = recorder.ports()
                .at(CaptureSlot.unsignedShort(bytes, slot + CaptureSlot.PORT))
                .id();
        return new CaptureRecord(
                bytes.getLong(slot + CaptureSlot.EPOCH_NANOS),
                point(stage, port),
                bytes.getLong(slot + CaptureSlot.PACKET_ID),
                outbound,
                (flags & CaptureSlot.MADE_HERE) != 0,
                checksum(flags),
                (flags & CaptureSlot.SEGMENTED) != 0,
                decision(bytes, slot, flags),
                frameOffset,
                outer + original,
                packet);
    }

    private static Checksum checksum(int flags) {
        if ((flags & CaptureSlot.CHECKSUM_PARTIAL) != 0) {
            return Checksum.PARTIAL;
        }
        return (flags & CaptureSlot.CHECKSUM_VALID) != 0 ? Checksum.VALID : Checksum.AS_SENT;
    }

    private PacketDecision decision(ByteBuffer bytes, int slot, int flags) {
        int reason = CaptureSlot.unsignedShort(bytes, slot + CaptureSlot.DROP_REASON);
        int from = CaptureSlot.unsignedShort(bytes, slot + CaptureSlot.FROM_PORT);
        return new PacketDecision(
                REWRITES[bytes.get(slot + CaptureSlot.REWRITE)],
                (flags & CaptureSlot.MASQUERADED) != 0,
                (flags & CaptureSlot.ANSWERED) != 0,
                bytes.getInt(slot + CaptureSlot.BACKEND_INDEX),
                bytes.getInt(slot + CaptureSlot.BACKEND_COUNT),
                PacketTrace.Choice.of(flags >> CaptureSlot.CHOICE_SHIFT & CaptureSlot.CHOICE_MASK),
                socket(bytes, slot + CaptureSlot.SERVICE, slot + CaptureSlot.SERVICE_PORT),
                socket(bytes, slot + CaptureSlot.BACKEND, slot + CaptureSlot.BACKEND_PORT),
                reason == CaptureSlot.NONE ? null : DROP_REASONS[reason].label(),
                recorder.ports().at(from).id(),
                portAt(CaptureSlot.unsignedShort(bytes, slot + CaptureSlot.TO_PORT)),
                bytes.getInt(slot + CaptureSlot.COPIES));
    }

    private @Nullable PortId portAt(int number) {
        return number == CaptureSlot.NONE ? null : recorder.ports().at(number).id();
    }

    private static IpAddress address(ByteBuffer bytes, int index) {
        return new IpAddress(bytes.getLong(index), bytes.getLong(index + 8));
    }

    private static Socket socket(ByteBuffer bytes, int address, int port) {
        return new Socket(address(bytes, address), CaptureSlot.unsignedShort(bytes, port));
    }
}
