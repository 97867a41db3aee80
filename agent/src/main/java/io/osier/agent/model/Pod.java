package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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

    /**
     * The containers that have a command, which are those that run. Of a pod from before all of them ran one may have no name of
     * its own, or none that files could have: it is run only if it is the first.
     */
    public List<Container> commands() {
        List<Container> commands = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Container container : spec.containers()) {
            String name = nameOf(container);
            if (!container.commandLine().isEmpty() && (commands.isEmpty() || Names.isLabel(name)) && names.add(name)) {
                commands.add(container);
            }
        }
        return commands;
    }

    /** What a container is called: as its pod, if it has no name. */
    public String nameOf(Container container) {
        return Objects.requireNonNullElse(container.name(), metadata.name());
    }

    public static Pod of(ObjectMeta metadata, PodSpec spec, PodStatus status) {
        return new Pod(null, null, metadata, spec, status);
    }
}
