package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.osier.dataplane.packet.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine of the cluster, or a foreign one that only speaks VXLAN. */
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "spec", "status"})
public record Node(@Nullable String apiVersion, @Nullable String kind, ObjectMeta metadata, Spec spec, Status status) {
    /** The label that says in which zone the node is. */
    public static final String ZONE = "topology.kubernetes.io/zone";

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public Node {
        apiVersion = "v1";
        kind = "Node";
        if (metadata == null) {
            throw new ValidationException("metadata: Required value");
        }
        spec = spec == null ? new Spec(null, List.of(), false) : spec;
        status = status == null ? new Status(List.of(), null, null, null, null, List.of(), null, null) : status;
    }

    public static Node of(ObjectMeta metadata, Spec spec, Status status) {
        return new Node(null, null, metadata, spec, status);
    }

    /**
     * What the node has.
     *
     * @param podCIDRs the subnets of the pod range that it hands out
     * @param foreign whether no agent runs there
     */
    public record Spec(@Nullable String podCIDR, List<String> podCIDRs, boolean foreign) {
        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Spec {
            podCIDRs = podCIDRs == null ? (podCIDR == null ? List.of() : List.of(podCIDR)) : List.copyOf(podCIDRs);
            podCIDR = podCIDRs.isEmpty() ? null : podCIDRs.get(0);
            podCIDRs.forEach(Spec::checkCidr);
        }

        private static void checkCidr(String cidr) {
            try {
                IpPrefix.parse(cidr);
            } catch (IllegalArgumentException e) {
                throw new ValidationException("spec.podCIDRs: " + e.getMessage());
            }
        }
    }

    /**
     * How it is reached.
     *
     * @param addresses {@code InternalIP} is the underlay address
     * @param apiSocket where its agent listens, for whoever is on the same machine
     * @param apiEndpoint where its agent listens for the agents of other machines: {@code ADDRESS:PORT} in the overlay
     * @param bootId of the kernel that it runs on: whoever has the same is on the same machine
     * @param version of its agent
     * @param features what the other end of a tunnel may use there: {@link #REMOTE_CHECKSUM}
     * @param podMtuBytes the longest IP packet that it takes inside the tunnel: what its underlay takes, less the tunnel's
     *     headers; null if it has not said
     * @param ready filled in by whoever answers, never stored
     */
    public record Status(
            List<Address> addresses,
            @Nullable String apiSocket,
            @Nullable String apiEndpoint,
            @Nullable String bootId,
            @Nullable String version,
            List<String> features,
            @Nullable Integer podMtuBytes,
            @Nullable Boolean ready) {
        /** It takes tunnel packets whose inner transport checksum is partial (Linux: {@code remcsumrx}). */
        public static final String REMOTE_CHECKSUM = "remote-checksum";

        @SuppressWarnings("NullAway") // what Jackson leaves out is null
        public Status {
            addresses = addresses == null ? List.of() : List.copyOf(addresses);
            features = features == null ? List.of() : List.copyOf(features);
        }

        public Status withReady(boolean now) {
            return new Status(addresses, apiSocket, apiEndpoint, bootId, version, features, podMtuBytes, now);
        }

        public Status withPodMtuBytes(int now) {
            return new Status(addresses, apiSocket, apiEndpoint, bootId, version, features, now, ready);
        }
    }

    /** One of the node's addresses. */
    public record Address(String type, String address) {}

    public Node withStatus(Status now) {
        return of(metadata, spec, now);
    }

    /** The underlay address. */
    public String underlayAddress() {
        return status.addresses().stream()
                .filter(address -> address.type().equals("InternalIP"))
                .map(Address::address)
                .findFirst()
                .orElseThrow(() -> new ValidationException("status.addresses: Required value: an InternalIP"));
    }
}
