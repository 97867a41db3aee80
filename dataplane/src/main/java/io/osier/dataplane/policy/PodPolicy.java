package io.osier.dataplane.policy;

import org.jspecify.annotations.Nullable;

/**
 * What NetworkPolicies say of one pod.
 *
 * @param ingress null if it may receive everything
 * @param egress null if it may send everything
 * @param sinceNanos since when the pod, which was free before, is isolated, by the worker's clock; for {@link #OLDER_NANOS} TCP
 *     connections may turn out to be older than that
 */
public record PodPolicy(
        @Nullable Isolation ingress, @Nullable Isolation egress, long sinceNanos) {
    public static final long OLDER_NANOS = 60_000_000_000L;

    /** Of a pod that no policy isolates. */
    public static final PodPolicy FREE = new PodPolicy(null, null, 0);

    /** Of a pod that no policy has been compiled for yet: nothing passes until one has. */
    public static final PodPolicy UNKNOWN = new PodPolicy(Isolation.UNTIL_KNOWN, Isolation.UNTIL_KNOWN, 0);

    /** Whether there is anything that the pod may not receive or send. */
    public boolean isolates() {
        return ingress != null || egress != null;
    }
}
