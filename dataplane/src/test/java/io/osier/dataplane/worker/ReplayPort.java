package io.osier.dataplane.worker;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A port and an underlay that bring the same frames again and again, count what goes out, and allocate nothing. */
public final class ReplayPort implements Port, Underlay {
    private final PortId id;
    private final PortCounters counters = new PortCounters();
    private byte[][] frames = {};
    private @Nullable IpAddress outerSource;
    private int next;
    private long transmitted;

    public ReplayPort(String name) {
        id = new PortId(PortKind.POD, name);
    }

    public void replay(List<RawFrame> toReplay) {
        frames = toReplay.stream().map(RawFrame::bytes).toArray(byte[][]::new);
        next = 0;
    }

    public void replayFrom(IpAddress source, List<RawFrame> datagrams) {
        replay(datagrams);
        outerSource = source;
    }

    public long transmittedPackets() {
        return transmitted;
    }

    @Override
    public int receive(FrameBatch batch) {
        int size = frames.length == 0 ? 0 : batch.capacity();
        for (int i = 0; i < size; i++) {
            byte[] bytes = frames[next];
            next = next + 1 == frames.length ? 0 : next + 1;
            Frame frame = batch.frame(i);
            frame.reset(Frame.HEADROOM_BYTES, bytes.length);
            frame.bytes().put(Frame.HEADROOM_BYTES, bytes);
            if (outerSource != null) {
                frame.setOuterSource(outerSource.high(), outerSource.low());
            }
        }
        batch.setSize(size);
        return size;
    }

    @Override
    public @Nullable DropReason transmit(Frame frame) {
        transmitted++;
        counters.transmitted(1, frame.length());
        return null;
    }

    @Override
    public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
        transmitted++;
        account.transmitted(1, length);
        return null;
    }

    @Override
    public @Nullable DropReason send(IpAddress node, SegmentTrain train, PortCounters account) {
        transmitted++;
        account.transmitted(1, train.totalBytes());
        return null;
    }

    @Override
    public void flush() {}

    @Override
    public int heldPackets() {
        return 0;
    }

    @Override
    public PortId id() {
        return id;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }
}
