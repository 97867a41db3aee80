package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may talk to some pods, and whom they may talk to, in the shape of {@code networking.k8s.io/v1}. */
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "spec"})
public record NetworkPolicy(
        @Nullable String apiVersion, @Nullable String kind, ObjectMeta metadata, NetworkPolicySpec spec) {
    public static final String API_VERSION = "networking.k8s.io/v1";

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public NetworkPolicy {
        apiVersion = API_VERSION;
        kind = "NetworkPolicy";
        if (metadata == null) {
            throw new ValidationException("metadata: Required value");
        }
        metadata = metadata.namespace() == null ? metadata.withNamespace(ObjectMeta.DEFAULT_NAMESPACE) : metadata;
        spec = spec == null ? new NetworkPolicySpec(LabelSelector.ALL, List.of(), List.of(), List.of()) : spec;
    }

    public static NetworkPolicy of(ObjectMeta metadata, NetworkPolicySpec spec) {
        return new NetworkPolicy(null, null, metadata, spec);
    }

    /** The same under other metadata. */
    public NetworkPolicy with(ObjectMeta other) {
        return of(other, spec);
    }
}
