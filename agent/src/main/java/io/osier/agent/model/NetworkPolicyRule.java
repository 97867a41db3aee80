package io.osier.agent.model;

import java.util.List;

/** What a policy allows: traffic of any of its peers to any of its ports. */
public sealed interface NetworkPolicyRule permits IngressRule, EgressRule {
    /** The other ends; empty for anybody. */
    List<NetworkPolicyPeer> peers();

    /** Where the traffic goes to; empty for everything, of whatever protocol. */
    List<NetworkPolicyPort> ports();
}
