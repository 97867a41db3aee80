package io.osier.dataplane.worker;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.port.Port;

/** The duty cycle of one event loop. */
public final class Worker {
    void adopt(ForwardingState state) {}

    void addPort(LocalPort port) {}

    void removePort(Port port) {}
}
