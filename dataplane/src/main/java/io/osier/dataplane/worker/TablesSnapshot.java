package io.osier.dataplane.worker;

import io.osier.dataplane.conntrack.ConnectionState;
import java.util.Map;

/**
 * How full a node's bounded tables were at one moment.
 *
 * @param flows entries of the connection table by state; every state is in it
 * @param flowCapacity the most that there may be
 * @param evictedFlows flows without an answer that were given up for new ones, since the process began
 * @param stations MAC addresses, known and learned
 * @param stationCapacity the most that there may be
 * @param laterPackets packets of flows behind each flow's first, since the process began
 * @param laterBytes their bytes, of IP
 */
public record TablesSnapshot(
        Map<ConnectionState, Integer> flows,
        int flowCapacity,
        long evictedFlows,
        int stations,
        int stationCapacity,
        long laterPackets,
        long laterBytes) {
    public TablesSnapshot {
        flows = Map.copyOf(flows);
    }
}
