package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.port.Port;

/** The two ways in which a packet leaves the forwarding line; each is counted and can be observed. */
interface Egress {
    /** Sends the frame, as it now is, out of a port. */
    void emit(Port out, Frame frame);

    /** Ends the packet here. */
    void drop(DropReason reason, Port in, Frame frame);
}
