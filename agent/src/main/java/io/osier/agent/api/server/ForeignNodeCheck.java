package io.osier.agent.api.server;

import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this cluster could reach a foreign node and its pods.
 *
 * @param underlay the address of a node of the cluster
 */
record ForeignNodeCheck(NodeSettings settings, IpAddress underlay) {
    private static final IpPrefix LOOPBACK = IpPrefix.parse("127.0.0.0/8");
    private static final IpPrefix LOOPBACK6 = IpPrefix.parse("::1/128");
    private static final IpPrefix THIS_NETWORK = IpPrefix.parse("0.0.0.0/8");
    private static final IpPrefix UNSPECIFIED6 = IpPrefix.parse("::/128");
    private static final IpPrefix BROADCAST = IpPrefix.parse("255.255.255.255/32");

    /** @throws ApiError in one line, if it can have no tunnel there */
    void checkAddress(IpAddress address) {
        if (address.isV4() != underlay.isV4()) {
            throw invalid(address, "the underlay is of " + (underlay.isV4() ? "IPv4" : "IPv6") + ": " + underlay);
        }
        if (LOOPBACK.contains(address) || LOOPBACK6.contains(address)) {
            throw invalid(address, "a loopback address");
        }
        if (PodView.isGroup(address) || BROADCAST.contains(address)) {
            throw invalid(address, "must be the address of one machine");
        }
        if (THIS_NETWORK.contains(address) || UNSPECIFIED6.contains(address)) {
            throw invalid(address, "no machine's address");
        }
        checkOutside(address, "pod range", settings.podRange());
        checkOutside(address, "service range", settings.serviceRange());
        Ipv6Ranges ipv6 = settings.ipv6();
        if (ipv6 != null) {
            checkOutside(address, "pod range", ipv6.pods().prefix());
            checkOutside(address, "service range", ipv6.services());
        }
    }

    /** A tunnel's packets are for the underlay to carry, and not for the network that they carry. */
    private static void checkOutside(IpAddress address, String what, IpPrefix range) {
        if (range.contains(address)) {
            throw invalid(address, "in the " + what + " " + range + ": the underlay's addresses are others");
        }
    }

    private static ApiError invalid(IpAddress address, String why) {
        return ApiError.invalid("status.addresses: Invalid value: \"" + address + "\": " + why);
    }

    /** @throws ApiError in one line, if nothing would be sent there */
    void checkRanges(List<IpPrefix> ranges) {
        for (IpPrefix range : ranges) {
            if (range.address().isV4()) {
                if (range.overlaps(settings.serviceRange())) {
                    throw invalid(range, "overlaps the service range " + settings.serviceRange());
                }
            } else if (ranges.stream().noneMatch(other -> range.equals(besides(other)))) {
                throw invalid(range, "no packet is sent there: " + wayOut(ranges));
            }
        }
    }

    /** The IPv6 addresses that follow from IPv4 ones. */
    private @Nullable IpPrefix besides(IpPrefix range) {
        Ipv6Ranges ipv6 = settings.ipv6();
        return ipv6 == null || !range.address().isV4() ? null : ipv6.pods().of(range);
    }

    private String wayOut(List<IpPrefix> ranges) {
        if (settings.ipv6() == null) {
            return "the cluster has no IPv6";
        }
        return ranges.stream()
                .filter(range -> range.address().isV4())
                .findFirst()
                .map(range -> "its IPv6 addresses follow from " + range + " and are in " + besides(range))
                .orElse("give an IPv4 range, from which IPv6 addresses follow");
    }

    private static ApiError invalid(IpPrefix range, String why) {
        return ApiError.invalid("spec.podCIDRs: Invalid value: \"" + range + "\": " + why);
    }
}
