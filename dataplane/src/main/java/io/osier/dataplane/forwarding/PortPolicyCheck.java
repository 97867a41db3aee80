package io.osier.dataplane.forwarding;

import static io.osier.dataplane.packet.DropReason.EGRESS_POLICY;
import static io.osier.dataplane.packet.DropReason.INGRESS_POLICY;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.vxlan.VxlanTunnel;
import org.jspecify.annotations.Nullable;

/**
 * Whether a packet of an isolated pod goes by the ports that its addresses say. Policies speak of addresses, and {@link PolicyCheck}
 * has judged by these; a frame may all the same be for everybody, for another station than its packet, or from a station that has
 * no address yet.
 */
final class PortPolicyCheck {
    private final Segment segment;
    private final PolicyCheck policies;
    private final PacketTrace trace;

    PortPolicyCheck(Segment segment, PolicyCheck policies, PacketTrace trace) {
        this.segment = segment;
        this.policies = policies;
        this.trace = trace;
    }

    /** Null if the packet may go from one port to the other. */
    @Nullable
    DropReason check(Port in, Port out, ParsedPacket packet) {
        if (segment.state().policies().isEmpty()
                || isTranslated()
                || !packet.isIp()
                || policies.isLinkControl(packet)) {
            return null;
        }
        if (in.id().kind() == PortKind.POD && !mayLeave(in, out, packet)) {
            return EGRESS_POLICY;
        }
        return out.id().kind() == PortKind.POD && !mayEnter(out, packet) ? INGRESS_POLICY : null;
    }

    /** With a service's flow, which was judged as a whole and says itself where its packets go. */
    private boolean isTranslated() {
        return trace.rewrite() != PacketTrace.Rewrite.NONE;
    }

    private boolean mayLeave(Port in, Port out, ParsedPacket packet) {
        PodPolicy sender = policyOf(in);
        Isolation egress = sender == null ? null : sender.egress();
        if (egress == null) {
            return true;
        }
        boolean nameless = segment.addresses().portOf(packet.sourceHigh(), packet.sourceLow()) != in;
        return leadsTo(out, packet)
                && (!nameless || admits(egress, packet.destinationHigh(), packet.destinationLow(), packet));
    }

    private boolean mayEnter(Port out, ParsedPacket packet) {
        boolean its = segment.addresses().portOf(packet.destinationHigh(), packet.destinationLow()) == out;
        if (its || policies.isOfThisNode(packet.sourceHigh(), packet.sourceLow())) {
            return true;
        }
        PodPolicy receiver = policyOf(out);
        Isolation ingress = receiver == null ? null : receiver.ingress();
        return ingress == null || admits(ingress, packet.sourceHigh(), packet.sourceLow(), packet);
    }

    private static boolean admits(Isolation isolation, long peerHigh, long peerLow, ParsedPacket packet) {
        return isolation.admitting(peerHigh, peerLow, packet.protocol(), PolicyCheck.portOf(packet)) != null;
    }

    private @Nullable PodPolicy policyOf(Port port) {
        IpAddress address = segment.addresses().firstOf(port);
        return address == null ? null : policies.policyOf(address.high(), address.low());
    }

    /** Whether whoever has the destination address is behind this port. */
    private boolean leadsTo(Port out, ParsedPacket packet) {
        long high = packet.destinationHigh();
        long low = packet.destinationLow();
        Port owner = segment.addresses().portOf(high, low);
        if (owner != null) {
            return owner == out;
        }
        if (IpAddress.isGroup(high, low)) {
            return true;
        }
        if (high == NdpResponder.LINK_LOCAL_HIGH) {
            return low == NdpResponder.linkLocalLow(packet.destinationMac());
        }
        VxlanTunnel tunnel = segment.state().saysV4(high, low) ? segment.tunnelTo((int) low) : null;
        return tunnel == null ? out.id().kind() == PortKind.HOST : tunnel == out;
    }
}
