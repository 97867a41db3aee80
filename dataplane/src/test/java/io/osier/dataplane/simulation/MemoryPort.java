package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A port with a test at its other end. Like the most zealous of real ports it sends nothing before {@link #flush}, and
 * notices when a frame that it borrowed is changed in between. The offloads of both directions are kept.
 */
public final class MemoryPort implements Port {
    private final PortId id;
    private final long mac;
    private final PortCounters counters = new PortCounters();
    private final Queue<RawFrame> toReceive = new ArrayDeque<>();
    private final BorrowedFrames<PortId> queued = new BorrowedFrames<>();
    private final List<RawFrame> transmitted = new ArrayList<>();
    private @Nullable DropReason failure;

    /** @param mac what the station at the other end listens to, besides broadcasts and multicasts */
    public MemoryPort(PortId id, long mac) {
        this.id = id;
        this.mac = mac;
    }

    /** Lets the pod or host at the other end send. */
    public void send(RawFrame... frames) {
        toReceive.addAll(List.of(frames));
    }

    public void send(PacketBuilder... packets) {
        for (PacketBuilder packet : packets) {
            toReceive.add(packet.build());
        }
    }

    public void send(ArpBuilder arp) {
        toReceive.add(arp.build());
    }

    /** Takes out every frame that came here, whoever it was meant for. */
    public List<RawFrame> drainFrames() {
        List<RawFrame> frames = List.copyOf(transmitted);
        transmitted.clear();
        return frames;
    }

    /** Takes out what came here for this station, which does not see what is for another. */
    public List<DecodedPacket> drainPackets() {
        List<DecodedPacket> packets = new ArrayList<>();
        for (RawFrame frame : drainFrames()) {
            DecodedPacket packet = DecodedPacket.of(frame);
            if (packet.destinationMac() == mac || MacAddress.isGroup(packet.destinationMac())) {
                packets.add(packet);
            }
        }
        return packets;
    }

    /** The same in words. */
    public List<String> drain() {
        return drainPackets().stream().map(DecodedPacket::toString).toList();
    }

    /** Refuses all frames with this reason from now on; null for no longer. */
    public void failWith(@Nullable DropReason reason) {
        failure = reason;
    }

    public long mac() {
        return mac;
    }

    /** Frames sent by the station that the worker has not taken yet. */
    public int waiting() {
        return toReceive.size();
    }

    @Override
    public PortId id() {
        return id;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    @Override
    public int receive(FrameBatch batch) {
        int received = 0;
        int bytes = 0;
        for (RawFrame frame; batch.hasRoom(received, bytes) && (frame = toReceive.poll()) != null; received++) {
            frame.writeTo(batch.frame(received), Frame.HEADROOM_BYTES);
            bytes += frame.length();
        }
        batch.setSize(received);
        return received;
    }

    @Override
    public @Nullable DropReason transmit(Frame frame) {
        if (failure == null) {
            queued.borrow(frame, id);
        }
        return failure;
    }

    @Override
    public void flush() {
        queued.release((frame, port) -> {
            transmitted.add(frame);
            counters.transmitted(1, frame.length());
        });
    }

    @Override
    public int heldPackets() {
        return queued.size();
    }
}
