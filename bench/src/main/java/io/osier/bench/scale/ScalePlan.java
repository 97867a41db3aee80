package io.osier.bench.scale;

/**
 * How large a cluster is simulated.
 *
 * @param namespaces of Kubernetes, over which services and their pods are spread
 * @param seed from which everything but the times follows
 */
record ScalePlan(int nodes, int pods, int services, int namespaces, long seed) {
    /** A /24 has 256 addresses, of which three are nobody's. */
    static final int PODS_PER_NODE = 253;
    /** Subnets of /24 in 10.32.0.0/12. */
    static final int MAX_NODES = 4_096;

    private static final int MAX_SERVICES = 100_000;

    ScalePlan {
        check("--nodes", nodes, 2, MAX_NODES);
        check("--services", services, ClusterObjects.BY_HAND, MAX_SERVICES);
        check("--namespaces", namespaces, 1, services);
        // One more for each node: a pod is made before the one that it replaces is gone.
        check("--pods", pods, services, nodes * (PODS_PER_NODE - 1));
    }

    private static void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " " + value + ": must be " + least + " to " + most);
        }
    }
}
