package io.osier.agent.reconcile;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;

/**
 * What a node knows of itself before it knows the cluster.
 *
 * @param subnet the part of the pod range that it hands out
 * @param remoteChecksum whether it leaves transport checksums partial in tunnels whose other end takes that
 */
public record NodeSettings(
        String nodeName, IpPrefix podRange, IpPrefix serviceRange, IpPrefix subnet, boolean remoteChecksum) {
    /** The host's address on the segment: the first of the subnet. */
    public IpAddress gateway() {
        return IpAddress.v4(subnet.address().v4Bits() + 1);
    }
}
