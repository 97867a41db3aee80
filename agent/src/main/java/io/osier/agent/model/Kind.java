package io.osier.agent.model;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of objects that a cluster has. */
public enum Kind {
    POD("v1", "Pod", "pods", Pod.class),
    SERVICE("v1", "Service", "services", Service.class),
    ENDPOINTS("v1", "Endpoints", "endpoints", Endpoints.class),
    ENDPOINT_SLICE(EndpointSlice.API_VERSION, "EndpointSlice", "endpointslices", EndpointSlice.class),
    NETWORK_POLICY(NetworkPolicy.API_VERSION, "NetworkPolicy", "networkpolicies", NetworkPolicy.class),
    NODE("v1", "Node", "nodes", Node.class);

    private final String apiVersion;
    private final String word;
    private final String plural;
    private final Class<?> type;

    Kind(String apiVersion, String word, String plural, Class<?> type) {
        this.apiVersion = apiVersion;
        this.word = word;
        this.plural = plural;
        this.type = type;
    }

    /** What {@code apiVersion} says of it: {@code v1}. */
    public String apiVersion() {
        return apiVersion;
    }

    /** What {@code kind} says of it: {@code Pod}. */
    public String word() {
        return word;
    }

    /** The collection that its objects are in: {@code pods}. */
    public String plural() {
        return plural;
    }

    /** A word for its objects with the API group that they are of: {@code pod}, {@code networkpolicy.networking.k8s.io}. */
    public String qualified(String name) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? name : name + "." + apiVersion.substring(0, slash);
    }

    Class<?> type() {
        return type;
    }

    /** The kind whose objects are in this collection, if there is one. */
    public static Optional<Kind> ofPlural(String plural) {
        return Arrays.stream(values())
                .filter(kind -> kind.plural.equals(plural))
                .findFirst();
    }

    /** The kind that {@code kind: WORD} means, if there is one. */
    public static Optional<Kind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }
}
