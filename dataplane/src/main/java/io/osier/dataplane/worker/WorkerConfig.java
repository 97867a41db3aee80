package io.osier.dataplane.worker;

import io.osier.dataplane.packet.VxlanHeader;

/**
 * The bounds of a worker's tables.
 *
 * @param vni the VXLAN network identifier of the segment
 * @param connections the most translated flows; a power of two; an entry takes 176 bytes with its index
 * @param stations the most MAC addresses; a power of two
 * @param stationsPerPort the most MAC addresses learned from one port
 */
public record WorkerConfig(int vni, int connections, int stations, int stationsPerPort) {
    public static final WorkerConfig DEFAULT = new WorkerConfig(1, 131_072, 8_192, 1_024);

    public WorkerConfig {
        if (vni < 0 || vni > VxlanHeader.MAX_VNI) {
            throw new IllegalArgumentException("vni must be 0 to " + VxlanHeader.MAX_VNI + ": " + vni);
        }
        if (Integer.bitCount(connections) != 1 || Integer.bitCount(stations) != 1) {
            throw new IllegalArgumentException("connections and stations must be powers of two");
        }
    }

    public WorkerConfig withVni(int other) {
        return new WorkerConfig(other, connections, stations, stationsPerPort);
    }
}
