package io.osier.dataplane.policy;

import org.jspecify.annotations.Nullable;

/**
 * What NetworkPolicies say of one pod.
 *
 * @param ingress null if it may receive everything
 * @param egress null if it may send everything
 * @param sinceNanos when the pod was first isolated, by the worker's clock; connections may be older than that
 */
public record PodPolicy(
        @Nullable Isolation ingress, @Nullable Isolation egress, long sinceNanos) {}
