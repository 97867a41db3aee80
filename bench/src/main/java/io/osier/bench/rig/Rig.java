package io.osier.bench.rig;

import io.osier.bench.traffic.Station;

/** A network under test: two nodes with two pods each. Removes itself when it is closed. */
public interface Rig extends AutoCloseable {
    /** What results are filed under: {@code osier}, {@code iptables}, {@code nftables}. */
    String name();

    /** Node a's first pod, where traffic begins. */
    Station client();

    /** Its neighbour on the same node. */
    Station near();

    /** A pod on node b. */
    Station far();

    /** The other pod on node b. */
    Station farther();

    /** Its services. */
    ServiceControl services();

    @Override
    void close();
}
