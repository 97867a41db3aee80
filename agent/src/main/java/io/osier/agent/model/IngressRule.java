package io.osier.agent.model;

import java.util.List;

/** Traffic that comes to the policy's pods. */
public record IngressRule(List<NetworkPolicyPeer> from, List<NetworkPolicyPort> ports) implements NetworkPolicyRule {
    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public IngressRule {
        from = from == null ? List.of() : List.copyOf(from);
        ports = ports == null ? List.of() : List.copyOf(ports);
    }

    @Override
    public List<NetworkPolicyPeer> peers() {
        return from;
    }
}
