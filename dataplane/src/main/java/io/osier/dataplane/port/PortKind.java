package io.osier.dataplane.port;

/** What stands behind a port. */
public enum PortKind {
    /** A TAP inside a pod's namespace. */
    POD("tap"),
    /** The TAP in the node's own namespace. */
    HOST("host"),
    /** Another node, by VXLAN. */
    TUNNEL("vxlan");

    private final String stage;

    PortKind(String stage) {
        this.stage = stage;
    }

    /** The word that captures use for the observation points of such a port: {@code tap}, {@code host}, {@code vxlan}. */
    public String stage() {
        return stage;
    }
}
