package io.osier.dataplane.io;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.worker.WorkerConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a dataplane needs to know once and for all.
 *
 * @param underlay this node's address in the underlay, which its tunnel packets come from; {@code ::} for any
 * @param tunnelPort the UDP port of the tunnel on every node, 4789 for VXLAN
 * @param worker the network identifier and the bounds of the tables
 * @param offloads what may come and go undone through this node's TAPs: a subset of {@link TapFactory#acceptedOffloads}
 * @param connections where the flows are kept, so that they outlive the process; null for in its memory
 */
public record DataplaneConfig(
        IpAddress underlay,
        int tunnelPort,
        WorkerConfig worker,
        Set<TapOffload> offloads,
        @Nullable ConnectionFile connections) {
    public DataplaneConfig {
        offloads = Set.copyOf(offloads);
        worker = worker.withJoins(
                offloads.containsAll(Set.of(TapOffload.TSO4, TapOffload.TSO6)),
                offloads.containsAll(Set.of(TapOffload.USO4, TapOffload.USO6)));
        if (tunnelPort < 1 || tunnelPort > 65_535) {
            throw new IllegalArgumentException("the tunnel port must be 1 to 65535: " + tunnelPort);
        }
    }

    /** With flows that end with the process. */
    public DataplaneConfig(IpAddress underlay, int tunnelPort, WorkerConfig worker, Set<TapOffload> offloads) {
        this(underlay, tunnelPort, worker, offloads, null);
    }
}
