package io.osier.dataplane.worker;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.Port;
import java.util.Set;

/**
 * A pod's or the host's port with the addresses that belong to it.
 *
 * @param mac the only pod-scheme MAC address that may send from it
 * @param addresses the IP addresses answered for, and, on a pod's port, the only ones that may send, beside the link-local
 *     one that is made from the MAC address
 */
public record LocalPort(Port port, long mac, Set<IpAddress> addresses) {
    public LocalPort {
        addresses = Set.copyOf(addresses);
    }
}
