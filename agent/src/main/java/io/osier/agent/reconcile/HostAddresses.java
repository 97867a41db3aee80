package io.osier.agent.reconcile;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;

/**
 * Two addresses of the service range that no service is given: behind them the dataplane has all node ports. The host sends there
 * what comes to its own addresses, since packets to these never leave it.
 *
 * @param outside what came from the network or a neighbour; the last of the range
 * @param inside what a process of the node itself sent; the first of the range
 */
public record HostAddresses(IpAddress outside, IpAddress inside) {
    public static HostAddresses of(IpPrefix serviceRange) {
        int first = serviceRange.address().v4Bits();
        return new HostAddresses(IpAddress.v4(first | ~serviceRange.v4Mask()), IpAddress.v4(first));
    }

    public boolean isReserved(IpAddress address) {
        return address.equals(outside) || address.equals(inside);
    }
}
