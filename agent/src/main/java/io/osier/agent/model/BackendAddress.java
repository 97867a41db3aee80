package io.osier.agent.model;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * What addresses backends may have, as Kubernetes says it of endpoints: none that means something else on every machine. Asked
 * of what comes from outside; what is in the store already is read as it is.
 */
final class BackendAddress {
    private static final IpPrefix LOOPBACK = IpPrefix.parse("127.0.0.0/8");
    private static final IpAddress LOOPBACK6 = IpAddress.parse("::1");
    private static final IpPrefix LINK_LOCAL = IpPrefix.parse("169.254.0.0/16");
    private static final IpPrefix LINK_LOCAL6 = IpPrefix.parse("fe80::/10");
    private static final IpPrefix LOCAL_GROUPS = IpPrefix.parse("224.0.0.0/24");
    private static final IpPrefix LOCAL_GROUPS6 = IpPrefix.parse("ff02::/16");
    private static final IpAddress UNSPECIFIED = IpAddress.parse("0.0.0.0");
    private static final IpAddress UNSPECIFIED6 = IpAddress.parse("::");

    private BackendAddress() {}

    /** What is wrong with it; null if nothing is. */
    static @Nullable String fault(IpAddress address) {
        if (address.equals(UNSPECIFIED) || address.equals(UNSPECIFIED6)) {
            return "may not be unspecified (" + address + ")";
        }
        if (LOOPBACK.contains(address) || LOOPBACK6.equals(address)) {
            return "may not be in the loopback range (127.0.0.0/8, ::1/128)";
        }
        if (LINK_LOCAL.contains(address) || LINK_LOCAL6.contains(address)) {
            return "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
        }
        if (LOCAL_GROUPS.contains(address) || LOCAL_GROUPS6.contains(address)) {
            return "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
        }
        if (IpAddress.isMulticast(address.high(), address.low())) {
            return "may not be in the multicast range (224.0.0.0/4, ff00::/8)";
        }
        return IpAddress.isGroup(address.high(), address.low()) ? "may not be the broadcast address" : null;
    }
}
