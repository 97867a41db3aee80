package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The addresses behind a service: computed from its selector, or given by hand for a service that has none. */
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "subsets"})
public record Endpoints(
        @Nullable String apiVersion, @Nullable String kind, ObjectMeta metadata, List<Subset> subsets) {
    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public Endpoints {
        apiVersion = "v1";
        kind = "Endpoints";
        if (metadata == null) {
            throw new ValidationException("metadata: Required value");
        }
        metadata = metadata.namespace() == null ? metadata.withNamespace(ObjectMeta.DEFAULT_NAMESPACE) : metadata;
        Annotations.checkEndpoint(metadata);
        subsets = subsets == null ? List.of() : List.copyOf(subsets);
    }

    public static Endpoints of(ObjectMeta metadata, List<Subset> subsets) {
        return new Endpoints(null, null, metadata, subsets);
    }

    /** Addresses that all have the same ports. */
    public record Subset(List<Address> addresses, List<Port> ports) {
        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Subset {
            addresses = addresses == null ? List.of() : List.copyOf(addresses);
            ports = ports == null ? List.of() : List.copyOf(ports);
        }
    }

    /** One address. */
    public record Address(String ip, @Nullable String nodeName) {
        public Address {
            try {
                IpAddress.parse(ip);
            } catch (IllegalArgumentException e) {
                throw ValidationException.invalid("subsets[].addresses[].ip", ip, "must be an IP address");
            }
        }
    }

    /** One port; its name ties it to the service's port. */
    public record Port(@Nullable String name, int port, String protocol) {
        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Port {
            Ports.check("subsets[].ports[].port", port);
            protocol = Ports.checkProtocol("subsets[].ports[].protocol", protocol == null ? "TCP" : protocol);
        }
    }
}
