package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpPrefix;

/**
 * The IPv6 side of a cluster.
 *
 * @param pods behind this prefix stands a pod's IPv4 address: where a pod is and which MAC address it has is said by its IPv6
 *     address just as well
 * @param services where virtual addresses come from
 */
public record Ipv6Ranges(EmbeddingPrefix pods, IpPrefix services) {
    public Ipv6Ranges {
        if (services.address().isV4() || services.lengthBits() < EmbeddingPrefix.LENGTH_BITS) {
            throw new IllegalArgumentException(
                    services + " is no IPv6 range of /" + EmbeddingPrefix.LENGTH_BITS + " or smaller");
        }
        if (services.overlaps(pods.prefix())) {
            throw new IllegalArgumentException(services + " and " + pods.prefix() + " overlap");
        }
    }

    /** Whether the address is of the range that virtual addresses come from. */
    boolean isService(long high, long low) {
        long mask = -1L << (128 - services.lengthBits());
        return high == services.address().high()
                && (low & mask) == services.address().low();
    }
}
