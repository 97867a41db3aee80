package io.osier.agent.reconcile;

import io.osier.agent.model.LabelSelector;
import io.osier.agent.model.Namespaces;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.NetworkPolicyPeer;
import io.osier.agent.model.Pod;
import org.jspecify.annotations.Nullable;

/**
 * Pods that a NetworkPolicy means by their labels.
 *
 * @param namespace the policy's own
 * @param namespaces of which namespaces, by their labels; null for the policy's own
 * @param pods which of them; null for all
 */
record PodSelection(
        String namespace,
        @Nullable LabelSelector namespaces,
        @Nullable LabelSelector pods) {
    /** All pods of all namespaces. */
    static final PodSelection EVERYBODY = new PodSelection("", LabelSelector.ALL, null);

    /** Those that the policy is about. */
    static PodSelection of(NetworkPolicy policy) {
        return new PodSelection(
                EndpointSelector.namespaceOf(policy.metadata()),
                null,
                policy.spec().podSelector());
    }

    /** Those that a rule of the policy lets through; the peer must not be a range of addresses. */
    static PodSelection of(NetworkPolicy policy, NetworkPolicyPeer peer) {
        return new PodSelection(
                EndpointSelector.namespaceOf(policy.metadata()), peer.namespaceSelector(), peer.podSelector());
    }

    boolean matches(Pod pod) {
        String its = EndpointSelector.namespaceOf(pod.metadata());
        boolean near = namespaces == null ? its.equals(namespace) : namespaces.matches(Namespaces.labelsOf(its));
        return near && (pods == null || pods.matches(pod.metadata().labels()));
    }
}
