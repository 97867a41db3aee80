package io.osier.dataplane.forwarding;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
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
        if (!isOwnAddress(in, frame, packet)) {
            return DropReason.SPOOFED_ADDRESS;
        }
        return isRoutersWord(packet) && in.id().kind() != PortKind.HOST ? DropReason.ROUTER_ADVERTISEMENT : null;
    }

    /** What only a router may say, and makes pods send by other ways (RFC 6105). */
    private static boolean isRoutersWord(ParsedPacket packet) {
        return packet.isIpv6()
                && packet.isIcmp()
                && (packet.icmpType() == IcmpHeader.V6_ROUTER_ADVERTISEMENT
                        || packet.icmpType() == IcmpHeader.V6_REDIRECT);
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
        if (!packet.isIp() || (isUnspecified(packet) && isToAll(packet))) {
            return true;
        }
        if (NdpResponder.isAdvertisement(packet)
                && !isOwnAddress(
                        kind, in, NdpResponder.targetHigh(frame, packet), NdpResponder.targetLow(frame, packet))) {
            return false;
        }
        return isOwnAddress(kind, in, packet.sourceHigh(), packet.sourceLow());
    }

    /** From a pod's port its own addresses and no others; from a tunnel any but this node's. */
    private boolean isOwnAddress(PortKind kind, Port in, long high, long low) {
        Port owner = segment.addresses().portOf(high, low);
        return kind == PortKind.POD
                ? owner == in
                : owner == null && !segment.state().policies().isOfNode(high, low);
    }

    /** What has no address yet talks to nobody in particular. */
    private static boolean isToAll(ParsedPacket packet) {
        return MacAddress.isGroup(packet.destinationMac())
                && IpAddress.isGroup(packet.destinationHigh(), packet.destinationLow());
    }

    /** A station that has no address yet: DHCP, or duplicate address detection and what goes with it. */
    private static boolean isUnspecified(ParsedPacket packet) {
        return packet.sourceHigh() == 0
                && (packet.isIpv4() ? packet.sourceLow() == IpAddress.MAPPED_PREFIX : isProbe(packet));
    }

    private static boolean isProbe(ParsedPacket packet) {
        return packet.sourceLow() == 0 && packet.isIcmp();
    }
}
