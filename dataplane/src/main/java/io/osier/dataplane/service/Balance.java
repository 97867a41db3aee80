package io.osier.dataplane.service;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How a service picks the backend of a new flow. */
public enum Balance {
    /** By the chain of probabilities that {@code rules} shows, as kube-proxy does. */
    RANDOM("random"),
    /** By the flow's tuple: every node, and every run of an agent, picks the same. */
    MAGLEV("maglev"),
    /** The one with the fewest live flows of this node. */
    LEAST_CONNECTIONS("least-connections");

    private static final Map<String, Balance> BY_LABEL =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Balance::label, Function.identity()));

    private final String label;

    Balance(String label) {
        this.label = label;
    }

    /** The name that users write. */
    public String label() {
        return label;
    }

    /**
     * The one that has this name.
     *
     * @throws IllegalArgumentException if none has
     */
    public static Balance labelled(String label) {
        Balance labelled = BY_LABEL.get(label);
        if (labelled == null) {
            throw new IllegalArgumentException("no Balance is called " + label);
        }
        return labelled;
    }
}
