package io.osier.dataplane.explain;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import org.jspecify.annotations.Nullable;

/** Stands for a pod's or the host's port: brings one frame in, and lets none out. */
final class TrialPort implements Port {
    private final PortId id;
    private final int mtuBytes;
    private final PortCounters counters = new PortCounters();
    private @Nullable Frame next;

    TrialPort(PortId id, int mtuBytes) {
        this.id = id;
        this.mtuBytes = mtuBytes;
    }

    void bring(Frame frame) {
        next = frame;
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
        Frame frame = next;
        next = null;
        if (frame != null) {
            batch.frame(0).copyFrom(frame);
        }
        batch.setSize(frame == null ? 0 : 1);
        return batch.size();
    }

    @Override
    public @Nullable DropReason transmit(Frame frame) {
        return null;
    }

    @Override
    public void flush() {}

    @Override
    public int mtuBytes() {
        return mtuBytes;
    }
}
