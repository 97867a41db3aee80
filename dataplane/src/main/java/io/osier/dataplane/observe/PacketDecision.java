package io.osier.dataplane.observe;

import io.osier.dataplane.observe.PacketTrace.Choice;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.PortId;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about a packet, as it travels from the worker to whoever puts it into words ({@link DecisionText}).
 *
 * @param answered the packet was answered on the spot (ARP, neighbour discovery)
 * @param backendIndex which rule of the chain picked the backend, from 0
 * @param choice by what it was picked
 * @param service where the client sent it; counts only if there is a rewrite, as all of the backend does
 * @param dropReason the label of the reason, such as {@code no-endpoint}, if the packet or a copy of it was dropped
 * @param from the port it came in by
 * @param to the first port it went out of
 * @param copies how many ports it went out of
 */
public record PacketDecision(
        Rewrite rewrite,
        boolean masqueraded,
        boolean answered,
        int backendIndex,
        int backendCount,
        Choice choice,
        Socket service,
        Socket backend,
        @Nullable String dropReason,
        PortId from,
        @Nullable PortId to,
        int copies) {
    /** An address with a port, which is 0 if the protocol has none. */
    public record Socket(IpAddress address, int port) {
        @Override
        public String toString() {
            if (port == 0) {
                return address.toString();
            }
            return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
        }
    }
}
