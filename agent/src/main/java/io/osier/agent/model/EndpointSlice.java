package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the addresses behind a service, in the shape of {@code discovery.k8s.io/v1}. The label {@link #SERVICE_NAME} says
 * which service; all slices of a service count together.
 *
 * @param addressType {@code IPv4} or {@code IPv6}: a slice has addresses of one family
 */
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "addressType", "endpoints", "ports"})
public record EndpointSlice(
        @Nullable String apiVersion,
        @Nullable String kind,
        ObjectMeta metadata,
        String addressType,
        List<Endpoint> endpoints,
        List<Port> ports) {
    public static final String API_VERSION = "discovery.k8s.io/v1";
    /** The label that names the service. */
    public static final String SERVICE_NAME = "kubernetes.io/service-name";

    private static final int MAX_ENDPOINTS = 1_000;
    private static final int MAX_PORTS = 100;
    private static final int MAX_ADDRESSES = 100;
    private static final int MAX_HINTS = 8;

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public EndpointSlice {
        apiVersion = API_VERSION;
        kind = "EndpointSlice";
        if (metadata == null) {
            throw new ValidationException("metadata: Required value");
        }
        if (addressType == null) {
            throw new ValidationException("addressType: Required value: write IPv4 or IPv6");
        }
        if (!addressType.equals(IpFamilies.IPV4) && !addressType.equals(IpFamilies.IPV6)) {
            throw ValidationException.invalid("addressType", addressType, "must be IPv4 or IPv6");
        }
        metadata = metadata.namespace() == null ? metadata.withNamespace(ObjectMeta.DEFAULT_NAMESPACE) : metadata;
        Annotations.checkEndpoint(metadata);
        endpoints = endpoints == null ? List.of() : List.copyOf(endpoints);
        ports = ports == null ? List.of() : List.copyOf(ports);
        for (Endpoint endpoint : endpoints) {
            for (String address : endpoint.addresses()) {
                if (!IpFamilies.isOf(IpAddress.parse(address), addressType)) {
                    throw ValidationException.invalid(
                            "endpoints[].addresses[]", address, "must be an " + addressType + " address");
                }
            }
        }
        Sizes.check("endpoints", endpoints.size(), MAX_ENDPOINTS);
        Sizes.check("ports", ports.size(), MAX_PORTS);
    }

    /** Of IPv4. */
    public static EndpointSlice of(ObjectMeta metadata, List<Endpoint> endpoints, List<Port> ports) {
        return new EndpointSlice(null, null, metadata, IpFamilies.IPV4, endpoints, ports);
    }

    /** The same under other metadata. */
    public EndpointSlice with(ObjectMeta other) {
        return new EndpointSlice(null, null, other, addressType, endpoints, ports);
    }

    /** The name of the service that this belongs to; null if it says none, and then nobody looks at it. */
    public @Nullable String serviceName() {
        return metadata.labels().get(SERVICE_NAME);
    }

    /**
     * One backend.
     *
     * @param addresses all of them are used
     * @param nodeName where it is; only told, never asked for
     * @param zone the same
     * @param hints for whom it is meant; null if nothing is said of that
     */
    public record Endpoint(
            List<String> addresses,
            Conditions conditions,
            @Nullable String nodeName,
            @Nullable String zone,
            @Nullable Hints hints) {
        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Endpoint {
            addresses = addresses == null ? List.of() : List.copyOf(addresses);
            conditions = conditions == null ? Conditions.UNKNOWN : conditions;
            if (addresses.isEmpty()) {
                throw new ValidationException("endpoints[].addresses: Required value");
            }
            Sizes.check("endpoints[].addresses", addresses.size(), MAX_ADDRESSES);
            addresses.forEach(Endpoint::check);
        }

        private static void check(String address) {
            try {
                IpAddress.parse(address);
            } catch (IllegalArgumentException e) {
                throw ValidationException.invalid("endpoints[].addresses[]", address, "must be an IP address");
            }
        }
    }

    /** Whose traffic is to go to a backend, in the eyes of whoever wrote the slice. */
    public record Hints(List<ForZone> forZones, List<ForNode> forNodes) {
        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Hints {
            forZones = forZones == null ? List.of() : List.copyOf(forZones);
            forNodes = forNodes == null ? List.of() : List.copyOf(forNodes);
            Sizes.check("endpoints[].hints.forZones", forZones.size(), MAX_HINTS);
            Sizes.check("endpoints[].hints.forNodes", forNodes.size(), MAX_HINTS);
        }

        /** Whether it is for this zone. */
        public boolean isForZone(String zone) {
            return forZones.stream().anyMatch(each -> each.name().equals(zone));
        }

        /** Whether it is for this node. */
        public boolean isForNode(String node) {
            return forNodes.stream().anyMatch(each -> each.name().equals(node));
        }
    }

    /** A zone that a backend is for. */
    public record ForZone(String name) {
        public ForZone {
            requireName("forZones", name);
        }
    }

    /** A node that a backend is for. */
    public record ForNode(String name) {
        public ForNode {
            requireName("forNodes", name);
        }
    }

    private static void requireName(String field, @Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw new ValidationException("endpoints[].hints." + field + "[].name: Required value");
        }
    }

    /** What is known of a backend; null where nothing is said, which counts as ready, serving and not terminating. */
    public record Conditions(
            @Nullable Boolean ready,
            @Nullable Boolean serving,
            @Nullable Boolean terminating) {
        public static final Conditions UNKNOWN = new Conditions(null, null, null);

        /** Whether new connections go there. */
        public boolean takesNew() {
            return !Boolean.FALSE.equals(ready);
        }

        /** Whether new connections go there if nobody else takes them: it is leaving, and still answers. */
        public boolean takesNewAtNeed() {
            return Boolean.TRUE.equals(terminating) && !Boolean.FALSE.equals(serving);
        }
    }

    /** One port of all these backends; its name ties it to the service's port. */
    public record Port(@Nullable String name, String protocol, int port) {
        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Port {
            protocol = Ports.checkProtocol("ports[].protocol", protocol == null ? "TCP" : protocol);
            Ports.check("ports[].port", port);
        }
    }
}
