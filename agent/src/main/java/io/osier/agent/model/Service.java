package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.osier.dataplane.service.FlowPolicy;
import org.jspecify.annotations.Nullable;

/** A virtual address in front of the pods that a selector picks. */
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "spec", "status"})
public record Service(
        @Nullable String apiVersion,
        @Nullable String kind,
        ObjectMeta metadata,
        ServiceSpec spec,
        @Nullable Object status) {
    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public Service {
        apiVersion = "v1";
        kind = "Service";
        status = null;
        if (metadata == null) {
            throw new ValidationException("metadata: Required value");
        }
        if (spec == null) {
            throw new ValidationException("spec: Required value");
        }
        metadata = metadata.namespace() == null ? metadata.withNamespace(ObjectMeta.DEFAULT_NAMESPACE) : metadata;
        ServiceFlows.of(metadata);
    }

    public static Service of(ObjectMeta metadata, ServiceSpec spec) {
        return new Service(null, null, metadata, spec, null);
    }

    /** What its annotations say about its flows. */
    public FlowPolicy flows() {
        return ServiceFlows.of(metadata);
    }

    /** {@code NAMESPACE/NAME:PORTNAME}, without {@code :PORTNAME} if the port has no name: as kube-proxy says it. */
    public String portName(ServicePort port) {
        String plain = metadata.namespace() + "/" + metadata.name();
        return port.name() == null || port.name().isEmpty() ? plain : plain + ":" + port.name();
    }
}
