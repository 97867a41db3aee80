package io.osier.dataplane.policy;

import java.util.List;

/**
 * One thing that a NetworkPolicy lets through.
 *
 * @param name whose it is, for people: {@code default/web-allow, ingress rule 1}
 * @param peers the other ends
 * @param ports of the receiving end; none means every packet, whatever its protocol
 */
public record PolicyRule(String name, PeerSet peers, List<PortRange> ports) {
    public PolicyRule {
        ports = List.copyOf(ports);
    }

    boolean admits(long peerHigh, long peerLow, int protocol, int port) {
        return containsPort(protocol, port) && peers.contains(peerHigh, peerLow);
    }

    private boolean containsPort(int protocol, int port) {
        for (int i = 0; i < ports.size(); i++) { // no iterator to allocate
            if (ports.get(i).contains(protocol, port)) {
                return true;
            }
        }
        return ports.isEmpty();
    }
}
