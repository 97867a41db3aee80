package io.osier.agent.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/**
 * What a lab consists of.
 *
 * @param nodes how many: 1 to 26
 * @param underlayMtuBytes of every link of the underlay
 * @param store where the cluster's state is: {@link #DIRECTORY}, or {@link #ETCD}: servers of its own in the underlay
 * @param etcdMembers how many of these; 1 or 3
 */
public record LabPlan(int nodes, int underlayMtuBytes, String store, int etcdMembers) {
    public static final String DIRECTORY = "directory";
    public static final String ETCD = "etcd";

    /** The namespace with the bridge that joins the nodes. */
    static final String UNDERLAY = "osier-underlay";
    /** What runs of a lab. */
    static final Path RUN = Path.of("/run/osier/lab");
    /** What a lab keeps. */
    static final Path STATE = Path.of("/var/lib/osier/lab");

    static final String POD_RANGE = "10.32.0.0/12";

    private static final int MIN_MTU_BYTES = 576;
    private static final int MAX_MTU_BYTES = 65_535;

    public LabPlan {
        if (nodes < 1 || nodes > 26) {
            throw new IllegalArgumentException("--nodes " + nodes + ": must be 1 to 26");
        }
        if (!store.equals(DIRECTORY) && !store.equals(ETCD)) {
            throw new IllegalArgumentException("--store " + store + ": must be directory or etcd");
        }
        if (etcdMembers != 1 && etcdMembers != 3) {
            throw new IllegalArgumentException("--etcd-members " + etcdMembers + ": must be 1 or 3");
        }
        if (etcdMembers != 1 && store.equals(DIRECTORY)) {
            throw new IllegalArgumentException("--etcd-members " + etcdMembers + ": goes with --store etcd");
        }
        if (underlayMtuBytes < MIN_MTU_BYTES || underlayMtuBytes > MAX_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "--underlay-mtu " + underlayMtuBytes + ": must be " + MIN_MTU_BYTES + " to " + MAX_MTU_BYTES);
        }
    }

    /** What is not as in another plan, in the words of this one: {@code --nodes 3 --underlay-mtu 9000}. */
    String differencesFrom(LabPlan other) {
        StringJoiner differences = new StringJoiner(" ");
        if (nodes != other.nodes) {
            differences.add("--nodes " + nodes);
        }
        if (!store.equals(other.store)) {
            differences.add("--store " + store);
        }
        if (etcdMembers != other.etcdMembers) {
            differences.add("--etcd-members " + etcdMembers);
        }
        if (underlayMtuBytes != other.underlayMtuBytes) {
            differences.add("--underlay-mtu " + underlayMtuBytes);
        }
        return differences.toString();
    }

    boolean hasEtcd() {
        return store.equals(ETCD);
    }

    List<LabNode> labNodes() {
        return IntStream.range(0, nodes)
                .mapToObj(index -> new LabNode(index, hasEtcd() ? etcdMembers : 0))
                .toList();
    }

    /** One node: {@code node-a} at 172.30.0.1 and so on. */
    record LabNode(int index, int etcdMembers) {
        String name() {
            return "node-" + (char) ('a' + index);
        }

        String address() {
            return "172.30.0." + (index + 1);
        }

        Path folder() {
            return RUN.resolve(name());
        }

        Path socket() {
            return folder().resolve("api.sock");
        }

        /** Where the agent says that it is ready, and leaves what it holds. */
        Path notifySocket() {
            return folder().resolve("notify.sock");
        }

        Path log() {
            return folder().resolve("agent.log");
        }

        Path pidFile() {
            return folder().resolve("agent.pid");
        }

        Path config() {
            return folder().resolve("agent.yaml");
        }

        Path state() {
            return STATE.resolve(name());
        }

        private String storeYaml() {
            return etcdMembers > 0
                    ? "{type: etcd, endpoints: [\"" + String.join("\", \"", LabEtcd.endpoints(etcdMembers)) + "\"]}"
                    : "{type: directory, directory: " + STATE.resolve("store") + "}";
        }

        String agentYaml() {
            return """
                    nodeName: %s
                    podRange: %s
                    underlayAddress: %s
                    socket: %s
                    stateDirectory: %s
                    store: %s
                    metricsAddress: %s:10249
                    """.formatted(name(), POD_RANGE, address(), socket(), state(), storeYaml(), address());
        }
    }
}
