package io.osier.dataplane.explain;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.PortId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a packet at one port.
 *
 * @param port where it left or ended
 * @param packet in words, as it then was: {@code tcp 10.32.0.2:40000 > 10.32.1.2:80}
 * @param translation what had happened to its addresses, in the words of captures; null if nothing
 * @param policies what NetworkPolicies say of its flow, one thing a line; empty if nobody's traffic is restricted
 * @param answered whether it is an answer that was made on the spot
 * @param dropped why it ended there; null if it left
 * @param answerMac whom an ARP answer or a neighbour advertisement names; 0 in any other packet
 * @param tunnel the other end and what would have been sent there, if it left by a tunnel
 */
public record TrialEvent(
        PortId port,
        String packet,
        @Nullable String translation,
        List<String> policies,
        boolean answered,
        @Nullable DropReason dropped,
        long answerMac,
        @Nullable Datagram tunnel) {
    public TrialEvent {
        policies = List.copyOf(policies);
    }

    /**
     * A tunnel packet.
     *
     * @param node the other end's underlay address
     * @param payload in hexadecimal, from the VXLAN header on
     */
    public record Datagram(IpAddress node, String payload) {}
}
