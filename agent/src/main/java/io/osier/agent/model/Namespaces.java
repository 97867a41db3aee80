package io.osier.agent.model;

import java.util.Map;

/** What is known of namespaces. They are no objects here: every name is one, and its only label says so, as Kubernetes has it. */
public final class Namespaces {
    private static final String NAME = "kubernetes.io/metadata.name";

    private Namespaces() {}

    /** The labels of the namespace of this name. */
    public static Map<String, String> labelsOf(String namespace) {
        return Map.of(NAME, namespace);
    }
}
