package io.osier.dataplane.port;

/**
 * Names a port for as long as it exists.
 *
 * @param name what users call it: the pod, {@code osier0}, or the node at the tunnel's other end
 */
public record PortId(PortKind kind, String name) {
    @Override
    public String toString() {
        return kind.stage() + ":" + name;
    }
}
