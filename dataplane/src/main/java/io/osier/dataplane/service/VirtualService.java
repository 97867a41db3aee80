package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;

/**
 * One port of a service: a virtual address and the backends behind it, with the probability chain that picks one.
 *
 * @param name {@code NAMESPACE/NAME:PORTNAME}, without {@code :PORTNAME} if the port has no name
 * @param protocol the IP protocol number
 * @param port 1 to 65535
 * @param backends in the order of the chain; empty if nothing is ready
 */
public record VirtualService(String name, int protocol, IpAddress address, int port, List<Backend> backends) {
    public VirtualService {
        backends = List.copyOf(backends);
    }

    /**
     * The chance of rule {@code index} against all rules behind it, as {@code iptables -m statistic} keeps it: a number
     * of 31 bits, round(2³¹ / (n − index)). The last rule has no chance of its own: it takes what is left.
     */
    public int threshold(int index) {
        return (int) Math.min(Math.round(0x1p31 / (backends.size() - index)), Integer.MAX_VALUE);
    }

    /** Where the backend stands in the chain, or −1 if it is none of this service's. */
    public int indexOf(long addressHigh, long addressLow, int backendPort) {
        for (int i = 0; i < backends.size(); i++) {
            Backend backend = backends.get(i);
            if (backend.port() == backendPort
                    && backend.address().low() == addressLow
                    && backend.address().high() == addressHigh) {
                return i;
            }
        }
        return -1;
    }
}
