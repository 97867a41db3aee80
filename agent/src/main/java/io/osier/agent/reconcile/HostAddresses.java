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
    /** Those of a range of either family that leaves at most 32 bits. */
    public static HostAddresses of(IpPrefix serviceRange) {
        IpAddress first = serviceRange.address();
        long hosts = 1L << ((first.isV4() ? 32 : 128) - serviceRange.lengthBits());
        return new HostAddresses(new IpAddress(first.high(), first.low() + hosts - 1), first);
    }

    public boolean isReserved(IpAddress address) {
        return address.equals(outside) || address.equals(inside);
    }
}
