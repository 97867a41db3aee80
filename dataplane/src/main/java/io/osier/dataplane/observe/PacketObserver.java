package io.osier.dataplane.observe;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.port.Port;

/**
 * Looks at each packet where it enters, leaves or ends. The forwarding line calls it on the worker's thread; an observer
 * must not change the frame nor keep it.
 */
public interface PacketObserver {
    /** Looks at nothing. */
    PacketObserver NONE = new PacketObserver() {
        @Override
        public void received(Port in, Frame frame) {}

        @Override
        public void transmitted(Port out, Frame frame, PacketTrace trace) {}

        @Override
        public void dropped(Port in, Frame frame, DropReason reason, PacketTrace trace) {}

        @Override
        public void finished(PacketTrace trace) {}
    };

    /** A packet came in; nothing has been decided yet. */
    void received(Port in, Frame frame);

    /** The packet, as it now is, goes out of this port. */
    void transmitted(Port out, Frame frame, PacketTrace trace);

    /** The packet, as it now is, ends here. */
    void dropped(Port in, Frame frame, DropReason reason, PacketTrace trace);

    /** Everything about the packet last received is decided. */
    void finished(PacketTrace trace);
}
