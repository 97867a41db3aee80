package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import org.jspecify.annotations.Nullable;

/**
 * Learns where stations are and catches those that claim to be another: a pod sends from its own addresses only, and a MAC
 * address that says which pod it belongs to comes in by that pod's port or its node's tunnel.
 */
final class SenderCheck {
    private static final long LINK_LOCAL = 0xfe80_0000_0000_0000L;
    private static final long LINK_LOCAL_MASK = 0xffc0_0000_0000_0000L;

    private final Segment segment;

    SenderCheck(Segment segment) {
        this.segment = segment;
    }

    /** Null if the sender may send this; otherwise what is wrong. */
    @Nullable
    DropReason check(Port in, Frame frame, ParsedPacket packet) {
        if (!isOwnMac(packet.sourceMac(), in)) {
            return DropReason.SPOOFED_MAC;
        }
        return isOwnAddress(in, frame, packet) ? null : DropReason.SPOOFED_ADDRESS;
    }

    private boolean isOwnMac(long mac, Port in) {
        if (MacAddress.isGroup(mac)) {
            return false;
        }
        if (MacAddress.isPod(mac) && isOurs((int) mac)) {
            return segment.portOf(mac) == in;
        }
        return segment.fdb().learn(mac, in, segment.nowNanos());
    }

    /** Whether a MAC address made from this address is never learned: it is where the policy says, or nowhere. */
    private boolean isOurs(int v4Bits) {
        return segment.state().isPodAddress(v4Bits)
                || segment.state().isServiceAddress(v4Bits)
                || segment.isRouted(v4Bits);
    }

    private boolean isOwnAddress(Port in, Frame frame, ParsedPacket packet) {
        PortKind kind = in.id().kind();
        if (kind == PortKind.HOST) {
            return true;
        }
        if (packet.isArp()) {
            int sender = ArpHeader.senderIp(frame.bytes(), packet.networkOffset());
            return sender == 0 || isOwnAddress(kind, in, 0, IpAddress.mapped(sender));
        }
        if (!packet.isIp() || isUnspecified(packet)) {
            return true;
        }
        if (packet.isIpv6() && (packet.sourceHigh() & LINK_LOCAL_MASK) == LINK_LOCAL) {
            return true;
        }
        return isOwnAddress(kind, in, packet.sourceHigh(), packet.sourceLow());
    }

    /** From a pod's port its own addresses and no others; from a tunnel any but this node's. */
    private boolean isOwnAddress(PortKind kind, Port in, long high, long low) {
        Port owner = segment.addresses().portOf(high, low);
        return kind == PortKind.POD ? owner == in : owner == null;
    }

    /** A station that has no address yet: DHCP, or duplicate address detection. */
    private static boolean isUnspecified(ParsedPacket packet) {
        return packet.sourceHigh() == 0 && (packet.sourceLow() == 0 || packet.sourceLow() == IpAddress.MAPPED_PREFIX);
    }
}
