package io.osier.dataplane.worker;

import io.osier.dataplane.packet.VxlanHeader;

/**
 * The bounds of a worker's tables, and what its ports can take.
 *
 * @param vni the VXLAN network identifier of the segment
 * @param connections the most translated flows; a power of two; an entry takes 212 bytes with its index
 * @param stations the most MAC addresses; a power of two
 * @param stationsPerPort the most MAC addresses learned from one port
 * @param joinsTcp whether local ports take TCP super-frames, so that what arrives in pieces may be joined
 * @param joinsUdp whether they take UDP super-frames
 */
public record WorkerConfig(
        int vni, int connections, int stations, int stationsPerPort, boolean joinsTcp, boolean joinsUdp) {
    public static final WorkerConfig DEFAULT = new WorkerConfig(1, 131_072, 8_192, 1_024);

    public WorkerConfig {
        if (vni < 0 || vni > VxlanHeader.MAX_VNI) {
            throw new IllegalArgumentException("vni must be 0 to " + VxlanHeader.MAX_VNI + ": " + vni);
        }
        if (Integer.bitCount(connections) != 1 || Integer.bitCount(stations) != 1) {
            throw new IllegalArgumentException("connections and stations must be powers of two");
        }
    }

    /** For ports that take no super-frames. */
    public WorkerConfig(int vni, int connections, int stations, int stationsPerPort) {
        this(vni, connections, stations, stationsPerPort, false, false);
    }

    public WorkerConfig withVni(int other) {
        return new WorkerConfig(other, connections, stations, stationsPerPort, joinsTcp, joinsUdp);
    }

    public WorkerConfig withJoins(boolean tcp, boolean udp) {
        return new WorkerConfig(vni, connections, stations, stationsPerPort, tcp, udp);
    }
}
