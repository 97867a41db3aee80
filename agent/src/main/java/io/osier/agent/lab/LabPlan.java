package io.osier.agent.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a lab consists of.
 *
 * @param nodes how many: 1 to 26
 * @param underlayMtuBytes of every link of the underlay
 * @param store where the cluster's state is: {@link #DIRECTORY}, or {@link #ETCD}: a server of its own in the underlay
 */
public record LabPlan(int nodes, int underlayMtuBytes, String store) {
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
        if (underlayMtuBytes < MIN_MTU_BYTES || underlayMtuBytes > MAX_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "--underlay-mtu " + underlayMtuBytes + ": must be " + MIN_MTU_BYTES + " to " + MAX_MTU_BYTES);
        }
    }

    boolean hasEtcd() {
        return store.equals(ETCD);
    }

    List<LabNode> labNodes() {
        return IntStream.range(0, nodes)
                .mapToObj(index -> new LabNode(index, hasEtcd()))
                .toList();
    }

    /** One node: {@code node-a} at 172.30.0.1 and so on. */
    record LabNode(int index, boolean etcd) {
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
            return etcd
                    ? "{type: etcd, endpoints: [\"" + LabEtcd.ENDPOINT + "\"]}"
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
                    """.formatted(name(), POD_RANGE, address(), socket(), state(), storeYaml());
        }
    }
}
