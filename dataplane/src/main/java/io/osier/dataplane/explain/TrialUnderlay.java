package io.osier.dataplane.explain;

import io.osier.dataplane.explain.TrialEvent.Datagram;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stands for the tunnel's socket: brings one datagram in, and keeps what would have been sent. */
final class TrialUnderlay implements Underlay {
    private final Map<IpAddress, Integer> pathMtuBytes;
    private @Nullable Datagram next;
    private @Nullable Datagram sent;

    TrialUnderlay(Map<IpAddress, Integer> pathMtuBytes) {
        this.pathMtuBytes = pathMtuBytes;
    }

    void bring(Datagram datagram) {
        next = datagram;
    }

    /** What has been sent since this was last asked. */
    @Nullable
    Datagram takeSent() {
        Datagram taken = sent;
        sent = null;
        return taken;
    }

    @Override
    public int receive(FrameBatch batch) {
        Datagram datagram = next;
        next = null;
        if (datagram != null) {
            byte[] payload = HexFormat.of().parseHex(datagram.payload());
            Frame frame = batch.frame(0);
            frame.reset(Frame.HEADROOM_BYTES - VxlanHeader.LENGTH_BYTES, payload.length);
            frame.bytes().put(frame.start(), payload);
            frame.setOuterSource(datagram.node().high(), datagram.node().low());
            frame.setDatagramBytes(payload.length);
        }
        batch.setSize(datagram == null ? 0 : 1);
        return batch.size();
    }

    @Override
    public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
        byte[] payload = new byte[length];
        frame.bytes().get(start, payload);
        sent = new Datagram(node, HexFormat.of().formatHex(payload));
        return null;
    }

    /** What is tried is never a super-frame. */
    @Override
    public DropReason send(IpAddress node, SegmentTrain train, PortCounters account) {
        return DropReason.UNSEGMENTABLE;
    }

    @Override
    public int mtuBytes(IpAddress node) {
        return pathMtuBytes.getOrDefault(node, 0);
    }

    @Override
    public void flush() {}

    @Override
    public int heldPackets() {
        return 0;
    }
}
