package io.osier.agent.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a lab consists of.
 *
 * @param nodes how many: 1 to 26
 * @param underlayMtuBytes of every link of the underlay
 */
public record LabPlan(int nodes, int underlayMtuBytes) {
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
        if (underlayMtuBytes < MIN_MTU_BYTES || underlayMtuBytes > MAX_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "--underlay-mtu " + underlayMtuBytes + ": must be " + MIN_MTU_BYTES + " to " + MAX_MTU_BYTES);
        }
    }

    List<LabNode> labNodes() {
        return IntStream.range(0, nodes).mapToObj(LabNode::new).toList();
    }

    /** One node: {@code node-a} at 172.30.0.1 and so on. */
    record LabNode(int index) {
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

        String agentYaml() {
            return """
                    nodeName: %s
                    podRange: %s
                    underlayAddress: %s
                    socket: %s
                    stateDirectory: %s
                    store:
                      type: directory
                      directory: %s
                    """.formatted(name(), POD_RANGE, address(), socket(), state(), STATE.resolve("store"));
        }
    }
}
