package io.osier.agent.scenario;

import java.util.Arrays;
import java.util.List;

/** Who takes part in the comparison with kube-proxy, under the same addresses on the kernel's side and on Osier's. */
enum Station {
    WEB_A1("web-a1", Role.BACKEND, "10.32.0.11", true),
    WEB_A2("web-a2", Role.BACKEND, "10.32.0.12", true),
    WEB_B1("web-b1", Role.BACKEND, "10.32.1.11", false),
    WEB_B2("web-b2", Role.BACKEND, "10.32.1.12", false),
    CALLER_A("caller-a", Role.POD, "10.32.0.21", true),
    CALLER_B("caller-b", Role.POD, "10.32.1.21", false),
    NODE_A("node-a", Role.NODE, "172.30.0.1", true),
    NODE_B("node-b", Role.NODE, "172.30.0.2", false),
    /** Somebody beyond the nodes, whose way to the services is node-a. */
    OUTSIDER_A("outsider-a", Role.OUTSIDER, "172.30.0.200", true),
    OUTSIDER_B("outsider-b", Role.OUTSIDER, "172.30.0.201", false);

    /** What a station is. */
    enum Role {
        BACKEND,
        POD,
        NODE,
        OUTSIDER
    }

    /** Who asks: pods, a backend of each node, the nodes, and those beyond. */
    static final List<Station> CLIENTS =
            List.of(WEB_A1, WEB_B1, CALLER_A, CALLER_B, NODE_A, NODE_B, OUTSIDER_A, OUTSIDER_B);

    static final List<Station> PODS =
            Arrays.stream(values()).filter(Station::isPod).toList();
    static final List<Station> BACKENDS =
            PODS.stream().filter(pod -> pod.role == Role.BACKEND).toList();
    static final List<Station> NODES = List.of(NODE_A, NODE_B);
    static final List<Station> OUTSIDERS = List.of(OUTSIDER_A, OUTSIDER_B);

    final String label;
    final Role role;
    final String address;
    private final boolean first;

    Station(String label, Role role, String address, boolean first) {
        this.label = label;
        this.role = role;
        this.address = address;
        this.first = first;
    }

    boolean isPod() {
        return role == Role.BACKEND || role == Role.POD;
    }

    /** The node that it runs on or, of an outsider, that it sends to. */
    Station node() {
        return first ? NODE_A : NODE_B;
    }

    /** In which zone its node is. */
    String zone() {
        return first ? "east" : "west";
    }

    /** The node's address in its pods' network, of IPv4. */
    String gateway() {
        return first ? "10.32.0.1" : "10.32.1.1";
    }

    /** Where the node's pods are. */
    String podSubnet() {
        return first ? "10.32.0.0/24" : "10.32.1.0/24";
    }
}
