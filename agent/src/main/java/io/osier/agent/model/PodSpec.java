package io.osier.agent.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a pod. Fields of Kubernetes that mean nothing without images and a kubelet are accepted and ignored.
 *
 * @param nodeName the node that it runs on; chosen for it if left out
 * @param podIP the address asked for; any free one of the node's subnet if left out
 * @param containers what runs in it; only commands run here, those of all of them, and a pod without one is just a
 *     namespace
 * @param restartPolicy {@code Always}, {@code OnFailure} or {@code Never}
 */
public record PodSpec(
        @Nullable String nodeName, @Nullable String podIP, List<Container> containers, String restartPolicy) {
    public static final PodSpec EMPTY = new PodSpec(null, null, List.of(), "Always");

    @SuppressWarnings("NullAway")
    public PodSpec {
        containers = containers == null ? List.of() : List.copyOf(containers);
        restartPolicy = restartPolicy == null ? "Always" : restartPolicy;
        if (!List.of("Always", "OnFailure", "Never").contains(restartPolicy)) {
            throw ValidationException.invalid(
                    "spec.restartPolicy", restartPolicy, "must be Always, OnFailure or Never");
        }
    }
}
