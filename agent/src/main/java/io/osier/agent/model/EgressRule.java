package io.osier.agent.model;

import java.util.List;

/** Traffic that the policy's pods send. */
public record EgressRule(List<NetworkPolicyPeer> to, List<NetworkPolicyPort> ports) implements NetworkPolicyRule {
    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public EgressRule {
        to = to == null ? List.of() : List.copyOf(to);
        ports = ports == null ? List.of() : List.copyOf(ports);
    }

    @Override
    public List<NetworkPolicyPeer> peers() {
        return to;
    }
}
