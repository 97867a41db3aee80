package io.osier.dataplane.service;

/** How a service picks the backend of a new flow. */
public enum Balance {
    /** By the chain of probabilities that {@code rules} shows, as kube-proxy does. */
    RANDOM("random"),
    /** By the flow's tuple: every node, and every run of an agent, picks the same. */
    MAGLEV("maglev"),
    /** The one with the fewest live flows of this node. */
    LEAST_CONNECTIONS("least-connections");

    private final String label;

    Balance(String label) {
        this.label = label;
    }

    /** The name that users write. */
    public String label() {
        return label;
    }
}
