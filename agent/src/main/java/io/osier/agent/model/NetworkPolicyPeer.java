package io.osier.agent.model;

import org.jspecify.annotations.Nullable;

/**
 * Whom a policy lets traffic come from or go to: pods, or addresses.
 *
 * @param podSelector which pods; null for all of the namespaces
 * @param namespaceSelector of which namespaces, by {@link Namespaces#labelsOf}; null for the policy's own
 * @param ipBlock which addresses; null if it speaks of pods
 */
public record NetworkPolicyPeer(
        @Nullable LabelSelector podSelector,
        @Nullable LabelSelector namespaceSelector,
        @Nullable IpBlock ipBlock) {

    void check(String at) {
        if (podSelector == null && namespaceSelector == null && ipBlock == null) {
            throw new ValidationException(
                    at + ": Required value: must specify a peer: podSelector, namespaceSelector or ipBlock");
        }
        if (ipBlock != null && (podSelector != null || namespaceSelector != null)) {
            throw new ValidationException(at + ": Forbidden: may not specify both ipBlock and another peer");
        }
        if (podSelector != null) {
            podSelector.check(at + ".podSelector");
        }
        if (namespaceSelector != null) {
            namespaceSelector.check(at + ".namespaceSelector");
        }
        if (ipBlock != null) {
            ipBlock.check(at + ".ipBlock");
        }
    }
}
