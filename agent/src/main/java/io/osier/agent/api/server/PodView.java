package io.osier.agent.api.server;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel in a pod's namespace does with a packet before it is sent, by the addresses and routes that it was given.
 *
 * @param address the pod's IPv4 address, which says the others
 */
record PodView(ForwardingState state, IpAddress address) {
    /** The MAC address of the pod's device. */
    long mac() {
        return MacAddress.ofPod(address.v4Bits());
    }

    /** Which of its own addresses it sends from (RFC 6724, rule 2: of the same scope); null if it has none of that family. */
    @Nullable
    IpAddress sourceTo(IpAddress to) {
        if (to.isV4()) {
            return address;
        }
        if (isLinkLocal(to)) {
            return NdpResponder.linkLocalOf(mac());
        }
        Ipv6Ranges ipv6 = state.ipv6();
        return ipv6 == null ? null : ipv6.pods().of(address);
    }

    /** Whose MAC address it asks for: the receiver's on the pods' own segment, the gateway's everywhere else. */
    IpAddress neighborTo(IpAddress to) {
        boolean onSegment =
                to.isV4() ? state.podRange().contains(to) : isLinkLocal(to) || state.isPodAddress(to.high(), to.low());
        return onSegment ? to : new IpAddress(state.gatewayHigh(to.isV4()), state.gatewayLow(to.isV4()));
    }

    /** Whether the packet stays in the pod: nobody outside sees what it says to itself. */
    boolean keeps(IpAddress to) {
        boolean loopback = to.isV4() ? to.v4Bits() >>> 24 == 127 : to.high() == 0 && to.low() == 1;
        return loopback || to.equals(sourceTo(to));
    }

    /** Whether the address is a group's, whose MAC address nobody has to be asked for. */
    static boolean isGroup(IpAddress address) {
        return IpAddress.isMulticast(address.high(), address.low());
    }

    /** Whether the address is everybody's: on any link, or on the pods' own segment. */
    boolean isBroadcast(IpAddress to) {
        IpPrefix range = state.podRange();
        int lastBits = range.address().v4Bits() | (int) (0xffff_ffffL >>> range.lengthBits());
        return to.isV4() && (to.v4Bits() == -1 || to.v4Bits() == lastBits);
    }

    /** Whether the address is nobody's, which a kernel takes for the sender itself. */
    static boolean isUnspecified(IpAddress address) {
        return address.isV4() ? address.v4Bits() == 0 : address.high() == 0 && address.low() == 0;
    }

    private static boolean isLinkLocal(IpAddress address) {
        return address.high() == NdpResponder.LINK_LOCAL_HIGH;
    }
}
