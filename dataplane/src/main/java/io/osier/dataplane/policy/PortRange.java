package io.osier.dataplane.policy;

import io.osier.dataplane.packet.IpProtocol;

/**
 * Ports of one protocol that a rule lets through.
 *
 * @param protocol TCP, UDP or SCTP
 * @param first 0 to 65535
 * @param last the same; not below the first
 */
public record PortRange(int protocol, int first, int last) {
    private static final int MAX_PORT = 65_535;

    public PortRange {
        if (!IpProtocol.hasPorts(protocol) || first < 0 || last < first || last > MAX_PORT) {
            throw new IllegalArgumentException("no ports: " + IpProtocol.name(protocol) + " " + first + " to " + last);
        }
    }

    /** All ports of the protocol. */
    public static PortRange all(int protocol) {
        return new PortRange(protocol, 0, MAX_PORT);
    }

    /** @param port -1 where it is not known: then the range must be all ports */
    boolean contains(int protocol, int port) {
        return protocol == this.protocol && (port < 0 ? first == 0 && last == MAX_PORT : first <= port && port <= last);
    }
}
