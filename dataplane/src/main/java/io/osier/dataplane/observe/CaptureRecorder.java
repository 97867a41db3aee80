package io.osier.dataplane.observe;

import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker's side of a capture: copies packets into a ring as they pass, for a {@link CaptureReader} to read. Everything
 * seen of one packet becomes visible at once, when all about it is decided, and in the order in which it happened.
 *
 * <p>Called by the worker's thread. Allocates nothing once it has met a port, never waits, and counts what finds no room.
 */
@SuppressWarnings("EnumOrdinal") // ordinals in the ring never leave the process
public final class CaptureRecorder implements PacketObserver {
    /** Some thousands of full-size packets: what a reader may fall behind by. */
    public static final int DEFAULT_RING_BYTES = 8 << 20;

    private final CaptureSelection selection;
    private final boolean[] stages = new boolean[CaptureStage.values().length];
    private final LongSupplier epochNanos;
    private final CaptureRing ring;
    private final ObservedPorts ports;
    private final AtomicLong lostDrops = new AtomicLong();
    private final PacketSight sight;

    /** What is known of the packet in hand. */
    private @Nullable Port in;

    private @Nullable Frame frame;
    private final List<AtomicLong> losses = new ArrayList<>(64);
    private boolean selected;
    private boolean numbered;
    private long packetId;
    private int fromPort;
    private int toPort;
    private int copies;
    private int dropReason;
    private PacketTrace trace = new PacketTrace();
    private final CaptureRing.Visitor completer = this::complete;

    /**
     * @param epochNanos the time as nanoseconds since 1970 UTC, such as an {@link EpochClock}
     * @param ringBytes a power of two
     */
    public CaptureRecorder(CaptureSelection selection, LongSupplier epochNanos, int ringBytes) {
        this.selection = selection;
        this.epochNanos = epochNanos;
        ring = new CaptureRing(ringBytes);
        ports = new ObservedPorts(selection.pods());
        sight = new PacketSight(selection.addresses());
        for (CaptureStage stage : CaptureStage.values()) {
            stages[stage.ordinal()] =
                    selection.stages().isEmpty() || selection.stages().contains(stage);
        }
        forgetPacket();
    }

    CaptureRing ring() {
        return ring;
    }

    ObservedPorts ports() {
        return ports;
    }

    CaptureSelection selection() {
        return selection;
    }

    /** How many packets found no room as they were dropped. */
    long lostDrops() {
        return lostDrops.get();
    }

    @Override
    public void received(Port in, Frame frame) {
        arrive(in, frame, in.id().kind() == PortKind.TUNNEL ? CaptureSlot.TUNNELLED : 0);
    }

    @Override
    public void transmitted(Port out, Frame frame, PacketTrace trace) {
        ObservedPort port = ports.of(out.id());
        int flags = CaptureSlot.OUTBOUND;
        if (isAnswer(frame, trace)) {
            flags |= CaptureSlot.MADE_HERE;
        } else {
            toPort = copies == 0 ? port.number() : toPort;
            copies += trace.isFragmented() ? 1 - copies : 1; // all fragments go one way
        }
        flags |= out.id().kind() == PortKind.TUNNEL ? CaptureSlot.TUNNELLED : 0;
        long id = identify(port, frame, trace);
        record(CaptureStage.out(out.id().kind()), port, out, frame, id, flags, CaptureSlot.NONE);
    }

    @Override
    public void dropped(Port at, Frame frame, DropReason reason, PacketTrace trace) {
        int flags = 0;
        if (in == null) {
            // The forwarding line never saw it: a datagram that is no packet of the tunnel.
            flags = CaptureSlot.TUNNELLED | CaptureSlot.UNDECODED;
            arrive(at, frame, flags);
        } else if (isAnswer(frame, trace)) {
            flags = CaptureSlot.MADE_HERE | CaptureSlot.OUTBOUND;
        } else if (at != in) {
            flags = CaptureSlot.OUTBOUND;
        }
        if ((flags & CaptureSlot.MADE_HERE) == 0 && dropReason == CaptureSlot.NONE) {
            dropReason = reason.ordinal();
        }
        ObservedPort port = ports.of(at.id());
        record(CaptureStage.DROP, port, at, frame, identify(port, frame, trace), flags, reason.ordinal());
    }

    @Override
    public void finished(PacketTrace trace) {
        if (selected) {
            this.trace = trace;
            ring.visitClaimed(completer);
            ring.publish();
            for (int i = 0; i < losses.size(); i++) {
                losses.get(i).getAndIncrement();
            }
        } else {
            ring.rollBack();
        }
        forgetPacket();
    }

    private void forgetPacket() {
        in = null;
        frame = null;
        losses.clear();
        selected = selection.isOfEverybody();
        numbered = false;
        toPort = CaptureSlot.NONE;
        copies = 0;
        dropReason = CaptureSlot.NONE;
    }

    private void arrive(Port in, Frame frame, int flags) {
        this.in = in;
        this.frame = frame;
        ObservedPort port = ports.of(in.id());
        fromPort = port.number();
        boolean undecoded = (flags & CaptureSlot.UNDECODED) != 0;
        packetId = undecoded ? PacketId.ofBytes(frame.bytes(), frame.start(), frame.length()) : look(port, frame);
        numbered = undecoded;
        record(CaptureStage.in(in.id().kind()), port, in, frame, packetId, flags, CaptureSlot.NONE);
    }

    /** An answer to the packet in hand, rather than the packet itself. */
    private boolean isMadeHere(Frame frame, PacketTrace trace) {
        return frame != this.frame || trace.isReplied();
    }

    /** An ICMP error and its like, but no fragment of the packet itself. */
    private boolean isAnswer(Frame frame, PacketTrace trace) {
        return isMadeHere(frame, trace) && !trace.isFragmented();
    }

    private long identify(ObservedPort port, Frame frame, PacketTrace trace) {
        if (isMadeHere(frame, trace)) {
            return look(port, frame);
        }
        if (!numbered) {
            numbered = true;
            Rewrite rewrite = trace.rewrite();
            long now = rewrite == Rewrite.NONE ? packetId : look(port, frame);
            // On the way to a backend the packet has its form between the nodes only now.
            boolean towardsBackend = rewrite == Rewrite.DNAT || rewrite == Rewrite.ICMP_TO_BACKEND;
            packetId = towardsBackend ? now : packetId;
        }
        selected |= port.isSelected();
        return packetId;
    }

    private long look(ObservedPort port, Frame frame) {
        long id = sight.look(frame);
        selected |= port.isSelected() || sight.isOfSelectedAddress(frame);
        return id;
    }

    private void record(CaptureStage stage, ObservedPort port, Port at, Frame frame, long id, int flags, int reason) {
        if (!stages[stage.ordinal()]) {
            return;
        }
        boolean tunnelled = (flags & (CaptureSlot.TUNNELLED | CaptureSlot.UNDECODED)) == CaptureSlot.TUNNELLED;
        // What came from a tunnel still has the header in front that was taken off, and what goes out has a new one.
        int before = tunnelled ? VxlanHeader.LENGTH_BYTES : 0;
        int original = before + frame.totalLength();
        int kept = Math.min(original, selection.snapLengthBytes());
        int slot = ring.claim(CaptureSlot.BYTES + kept);
        if (slot == CaptureRing.FULL) {
            losses.add(lossesAt(stage, port));
            return;
        }
        ByteBuffer bytes = ring.bytes();
        bytes.putLong(slot + CaptureSlot.EPOCH_NANOS, epochNanos.getAsLong());
        bytes.putLong(slot + CaptureSlot.PACKET_ID, id);
        bytes.put(slot + CaptureSlot.STAGE, (byte) stage.ordinal());
        bytes.putShort(slot + CaptureSlot.FLAGS, (short) (flags | offloadFlags(frame)));
        bytes.putShort(slot + CaptureSlot.PORT, (short) port.number());
        bytes.putShort(slot + CaptureSlot.DROP_REASON, (short) reason);
        bytes.putInt(slot + CaptureSlot.ORIGINAL_LENGTH, original);
        putRemote(bytes, slot + CaptureSlot.REMOTE, at, frame, flags);
        frame.copyTo(bytes, slot + CaptureSlot.BYTES, before, kept);
    }

    private static int offloadFlags(Frame frame) {
        return (frame.hasPartialChecksum() ? CaptureSlot.CHECKSUM_PARTIAL : 0)
                | ((frame.offloadFlags() & VirtioNetHeader.FLAG_CHECKSUM_VALID) != 0 ? CaptureSlot.CHECKSUM_VALID : 0)
                | (frame.gsoType() != VirtioNetHeader.GSO_NONE ? CaptureSlot.SEGMENTED : 0);
    }

    /** The other end of a tunnel: the one that sent, or the one sent to. */
    private static void putRemote(ByteBuffer bytes, int index, Port at, Frame frame, int flags) {
        if ((flags & CaptureSlot.OUTBOUND) != 0 && at instanceof VxlanTunnel tunnel) {
            IpAddress remote = tunnel.remote();
            CaptureSlot.putAddress(bytes, index, remote.high(), remote.low());
        } else {
            CaptureSlot.putAddress(bytes, index, frame.outerSourceHigh(), frame.outerSourceLow());
        }
    }

    private AtomicLong lossesAt(CaptureStage stage, ObservedPort port) {
        return switch (stage) {
            case TAP_IN, HOST_IN, VXLAN_IN -> port.lostIn();
            case TAP_OUT, HOST_OUT, VXLAN_OUT -> port.lostOut();
            case DROP -> lostDrops;
        };
    }

    /** Adds to a record what was decided about its packet. */
    private void complete(ByteBuffer bytes, int slot, int length) {
        int flags = bytes.getShort(slot + CaptureSlot.FLAGS)
                | (trace.isMasqueraded() ? CaptureSlot.MASQUERADED : 0)
                | (trace.isReplied() ? CaptureSlot.ANSWERED : 0);
        int choice = trace.choice().ordinal() << CaptureSlot.CHOICE_SHIFT;
        bytes.putShort(slot + CaptureSlot.FLAGS, (short) (flags | choice));
        if ((flags & CaptureSlot.MADE_HERE) == 0) {
            bytes.putLong(slot + CaptureSlot.PACKET_ID, packetId);
        }
        if (CaptureSlot.unsignedShort(bytes, slot + CaptureSlot.DROP_REASON) == CaptureSlot.NONE) {
            bytes.putShort(slot + CaptureSlot.DROP_REASON, (short) dropReason);
        }
        bytes.putInt(slot + CaptureSlot.COPIES, copies);
        bytes.putShort(slot + CaptureSlot.FROM_PORT, (short) fromPort);
        bytes.putShort(slot + CaptureSlot.TO_PORT, (short) toPort);
        bytes.put(slot + CaptureSlot.REWRITE, (byte) trace.rewrite().ordinal());
        bytes.putInt(slot + CaptureSlot.BACKEND_INDEX, trace.backendIndex());
        bytes.putInt(slot + CaptureSlot.BACKEND_COUNT, trace.backendCount());
        bytes.putShort(slot + CaptureSlot.SERVICE_PORT, (short) trace.servicePort());
        bytes.putShort(slot + CaptureSlot.BACKEND_PORT, (short) trace.backendPort());
        CaptureSlot.putAddress(bytes, slot + CaptureSlot.SERVICE, trace.serviceHigh(), trace.serviceLow());
        CaptureSlot.putAddress(bytes, slot + CaptureSlot.BACKEND, trace.backendHigh(), trace.backendLow());
    }
}
