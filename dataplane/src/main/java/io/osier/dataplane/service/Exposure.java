package io.osier.dataplane.service;

/** What sort of address a service is reached at; in the order in which kube-proxy writes their rules. */
public enum Exposure {
    /** Its own address in the service range. */
    CLUSTER_IP("cluster IP"),
    /** An address of somebody else's that leads to this cluster ({@code spec.externalIPs}). */
    EXTERNAL_IP("external IP"),
    /** The address of a load balancer in front of the nodes. */
    LOAD_BALANCER("loadbalancer IP"),
    /** A port of the node, at an address that stands for the node's own. */
    NODE_PORT(""),
    /** A port of the node, at an address that is the node's own, and has other ports that are no service's. */
    NODE_ADDRESS("");

    private final String comment;

    Exposure(String comment) {
        this.comment = comment;
    }

    /** Whether packets come here only if the node's host leads them here. */
    boolean isExposed() {
        return this != CLUSTER_IP && this != NODE_ADDRESS;
    }

    boolean isNodePort() {
        return this == NODE_PORT || this == NODE_ADDRESS;
    }

    /** What kube-proxy's comment calls it. */
    String comment() {
        return comment;
    }
}
