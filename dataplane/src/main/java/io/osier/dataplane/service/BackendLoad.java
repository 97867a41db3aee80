package io.osier.dataplane.service;

/** Who knows how many flows a backend has now. */
@FunctionalInterface
public interface BackendLoad {
    /** For who counts none. */
    BackendLoad NONE = (protocol, backend) -> 0;

    /** The live flows of this node to the backend. */
    int flows(int protocol, Backend backend);
}
