package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/** A network namespace on some node, and what runs in it. */
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "spec", "status"})
public record Pod(
        @JsonProperty("apiVersion") @Nullable String apiVersion,
        @JsonProperty("kind") @Nullable String kind,
        ObjectMeta metadata,
        PodSpec spec,
        PodStatus status) {
    @SuppressWarnings("NullAway")
    public Pod {
        apiVersion = "v1";
        kind = "Pod";
        if (metadata == null) {
            throw new ValidationException("metadata: Required value");
        }
        metadata = metadata.namespace() == null ? metadata.withNamespace(ObjectMeta.DEFAULT_NAMESPACE) : metadata;
        Annotations.checkEndpoint(metadata);
        spec = spec == null ? PodSpec.EMPTY : spec;
        status = status == null ? PodStatus.PENDING : status;
    }

    public static Pod of(ObjectMeta metadata, PodSpec spec, PodStatus status) {
        return new Pod(null, null, metadata, spec, status);
    }
}
