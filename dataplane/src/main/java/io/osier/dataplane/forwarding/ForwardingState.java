package io.osier.dataplane.forwarding;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.policy.PolicyTable;
import io.osier.dataplane.service.ServiceTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policy that one node forwards by: immutable, published by reference, read once a batch. Live flows survive a new
 * one.
 *
 * @param generation grows with every published state
 * @param nodeName this node
 * @param gateway the host's address on the segment, the {@code .1} of the node's subnet; IPv4
 * @param podRange the segment that the pods of all nodes share; IPv4
 * @param serviceRange where virtual addresses come from; IPv4
 * @param ipv6 the same for IPv6; null where there are link-local addresses only
 * @param peers all other nodes
 * @param routes which node has which pods, this node's own subnet included
 * @param policies which of this node's pods are isolated, and what they may receive and send all the same
 */
public record ForwardingState(
        long generation,
        String nodeName,
        IpAddress gateway,
        IpPrefix podRange,
        IpPrefix serviceRange,
        @Nullable Ipv6Ranges ipv6,
        List<Peer> peers,
        PodRoutes routes,
        ServiceTable services,
        PolicyTable policies) {
    public ForwardingState {
        peers = List.copyOf(peers);
        if (!gateway.isV4()
                || !podRange.address().isV4()
                || !serviceRange.address().isV4()) {
            throw new IllegalArgumentException("gateway, pod range and service range must be IPv4");
        }
    }

    /** One without IPv6 and policies. */
    public ForwardingState(
            long generation,
            String nodeName,
            IpAddress gateway,
            IpPrefix podRange,
            IpPrefix serviceRange,
            List<Peer> peers,
            PodRoutes routes,
            ServiceTable services) {
        this(generation, nodeName, gateway, podRange, serviceRange, null, peers, routes, services, PolicyTable.NONE);
    }

    /** The same with other services. */
    public ForwardingState withServices(ServiceTable other) {
        return new ForwardingState(
                generation, nodeName, gateway, podRange, serviceRange, ipv6, peers, routes, other, policies);
    }

    public long gatewayMac() {
        return MacAddress.ofPod(gateway.v4Bits());
    }

    /** The upper half of the host's address on the segment, of that family. */
    public long gatewayHigh(boolean v4) {
        return v4
                ? gateway.high()
                : ipv6 == null ? NdpResponder.LINK_LOCAL_HIGH : ipv6.pods().high();
    }

    /** The lower half of it; link-local where there is no IPv6 range. */
    public long gatewayLow(boolean v4) {
        return v4
                ? gateway.low()
                : ipv6 == null
                        ? NdpResponder.linkLocalLow(gatewayMac())
                        : ipv6.pods().low(gateway.v4Bits());
    }

    /** Whether an IPv4 address is all of this address or stands in it, as its last 32 bits. */
    public boolean saysV4(long high, long low) {
        return IpAddress.isV4(high, low) || (ipv6 != null && ipv6.pods().contains(high, low));
    }

    /** Whether the address is of the range that the pods of all nodes share. */
    public boolean isPodAddress(int v4Bits) {
        return (v4Bits & podRange.v4Mask()) == podRange.address().v4Bits();
    }

    /** The same of an address of either family. */
    public boolean isPodAddress(long high, long low) {
        return saysV4(high, low) && isPodAddress((int) low);
    }

    /** Whether the address is of the range that virtual addresses come from. */
    public boolean isServiceAddress(int v4Bits) {
        return (v4Bits & serviceRange.v4Mask()) == serviceRange.address().v4Bits();
    }

    /** The same of an address of either family. */
    public boolean isServiceAddress(long high, long low) {
        return IpAddress.isV4(high, low) ? isServiceAddress((int) low) : ipv6 != null && ipv6.isService(high, low);
    }
}
