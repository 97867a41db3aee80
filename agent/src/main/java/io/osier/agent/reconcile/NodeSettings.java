package io.osier.agent.reconcile;

import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of itself before it knows the cluster.
 *
 * @param ipv6 the same ranges of IPv6; null if pods have link-local addresses only
 * @param subnet the part of the pod range that it hands out
 * @param remoteChecksum whether it leaves transport checksums partial in tunnels whose other end takes that
 * @param nodePortAddresses ranges of its addresses at which node ports are reached; none of a family for all of that but
 *     loopback's and those of links
 */
public record NodeSettings(
        String nodeName,
        IpPrefix podRange,
        IpPrefix serviceRange,
        @Nullable Ipv6Ranges ipv6,
        IpPrefix subnet,
        boolean remoteChecksum,
        List<IpPrefix> nodePortAddresses) {
    public NodeSettings {
        nodePortAddresses = List.copyOf(nodePortAddresses);
    }

    /** With node ports where they are by default. */
    public NodeSettings(
            String nodeName,
            IpPrefix podRange,
            IpPrefix serviceRange,
            @Nullable Ipv6Ranges ipv6,
            IpPrefix subnet,
            boolean remoteChecksum) {
        this(nodeName, podRange, serviceRange, ipv6, subnet, remoteChecksum, List.of());
    }

    /** Of a cluster without IPv6. */
    public NodeSettings(
            String nodeName, IpPrefix podRange, IpPrefix serviceRange, IpPrefix subnet, boolean remoteChecksum) {
        this(nodeName, podRange, serviceRange, null, subnet, remoteChecksum);
    }

    /** The host's address on the segment: the first of the subnet. */
    public IpAddress gateway() {
        return IpAddress.v4(subnet.address().v4Bits() + 1);
    }

    /** What a pod with this IPv4 address has besides; null if nothing. */
    public @Nullable IpAddress ipv6Of(IpAddress address) {
        return ipv6 == null ? null : ipv6.pods().of(address);
    }

    /** The ranges in which node ports are reached at addresses of one family; empty for the default. */
    public List<IpPrefix> nodePortAddresses(boolean v4) {
        return nodePortAddresses.stream()
                .filter(range -> range.address().isV4() == v4)
                .toList();
    }

    /** Whether node ports are reached at this address, if it is the node's. */
    boolean hasNodePortsAt(IpAddress address) {
        List<IpPrefix> ranges = nodePortAddresses(address.isV4());
        return ranges.isEmpty() || ranges.stream().anyMatch(range -> range.contains(address));
    }

    /** The part of the pod range that it hands out, and what stands beside it in IPv6. */
    public List<String> subnets() {
        return ipv6 == null
                ? List.of(subnet.toString())
                : List.of(subnet.toString(), ipv6.pods().of(subnet).toString());
    }

    /** Where pods' and services' addresses come from, which are nobody else's. */
    public List<IpPrefix> clusterRanges() {
        return ipv6 == null
                ? List.of(podRange, serviceRange)
                : List.of(podRange, serviceRange, ipv6.pods().prefix(), ipv6.services());
    }
}
