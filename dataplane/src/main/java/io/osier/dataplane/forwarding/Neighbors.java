package io.osier.dataplane.forwarding;

import io.osier.dataplane.bridge.ArpResponder;
import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.vxlan.VxlanTunnel;

/**
 * Answers ARP and neighbour discovery on the spot, since an address says where its pod is and which MAC address it has. Only
 * questions about a foreign node's addresses travel, and only to that node.
 */
final class Neighbors {
    private final Segment segment;
    private final Egress egress;
    private final PacketTrace trace;

    Neighbors(Segment segment, Egress egress, PacketTrace trace) {
        this.segment = segment;
        this.egress = egress;
        this.trace = trace;
    }

    /** Answers, passes on or drops a question for a neighbour; false if the packet is none. */
    boolean answer(Port in, Frame frame, ParsedPacket packet) {
        if (packet.isArp()) {
            return answerArp(in, frame, packet);
        }
        return NdpResponder.isSolicitation(frame, packet) && answerNdp(in, frame, packet);
    }

    private boolean answerArp(Port in, Frame frame, ParsedPacket packet) {
        int arp = packet.networkOffset();
        int sender = ArpHeader.senderIp(frame.bytes(), arp);
        int target = ArpHeader.targetIp(frame.bytes(), arp);
        boolean request = ArpHeader.operation(frame.bytes(), arp) == ArpHeader.REQUEST;
        if (!request && !MacAddress.isGroup(packet.destinationMac())) {
            return false;
        }
        if (!request || sender == target || segment.addresses().portOf(0, IpAddress.mapped(target)) == in) {
            egress.drop(DropReason.ANNOUNCEMENT, in, frame);
            return true;
        }
        VxlanTunnel tunnel = in.id().kind() == PortKind.TUNNEL ? null : segment.tunnelTo(target);
        if (tunnel != null && tunnel.isForeign()) {
            egress.emit(tunnel, frame);
            return true;
        }
        long mac = macOf(target, in);
        if (mac == 0) {
            egress.drop(DropReason.UNKNOWN_ARP_TARGET, in, frame);
            return true;
        }
        ArpResponder.reply(frame, packet, mac);
        trace.replied();
        egress.emit(in, frame);
        return true;
    }

    /** Addresses that say which MAC address they have, and those of services; everything else is left to the pods. */
    private boolean answerNdp(Port in, Frame frame, ParsedPacket packet) {
        long high = NdpResponder.targetHigh(frame, packet);
        long low = NdpResponder.targetLow(frame, packet);
        long pod = podMacOf(high, low);
        boolean service = pod == 0 && isService(high, low);
        if ((pod == 0 && !service) || !NdpResponder.hasRoom(frame, packet)) {
            return false;
        }
        if (NdpResponder.isDuplicateAddressDetection(packet)
                || segment.addresses().portOf(high, low) == in) {
            egress.drop(DropReason.ANNOUNCEMENT, in, frame);
            return true;
        }
        boolean fromTunnel = in.id().kind() == PortKind.TUNNEL;
        VxlanTunnel tunnel = fromTunnel || service ? null : segment.tunnelTo((int) pod);
        if (tunnel != null && tunnel.isForeign()) {
            egress.emit(tunnel, frame);
            return true;
        }
        boolean known = segment.addresses().macOf(high, low) != 0
                || tunnel != null
                || (!fromTunnel && service && segment.state().services().hasAddress(high, low));
        if (!known) {
            egress.drop(DropReason.UNKNOWN_ARP_TARGET, in, frame);
            return true;
        }
        NdpResponder.reply(frame, packet, service ? MacAddress.ofPod((int) low) : pod);
        trace.replied();
        egress.emit(in, frame);
        return true;
    }

    /** The MAC address that a pod's address says, whether there is such a pod or not; 0 if it says none. */
    private long podMacOf(long high, long low) {
        if (segment.state().isPodAddress(high, low)) {
            return MacAddress.ofPod((int) low);
        }
        long mac = NdpResponder.podMacOfLinkLocal(high, low);
        return mac != 0 && segment.isRouted((int) mac) ? mac : 0;
    }

    private boolean isService(long high, long low) {
        return segment.state().isServiceAddress(high, low)
                || segment.state().services().hasAddress(high, low);
    }

    /** Who has this address, as far as the asker's port is answered for; 0 if nobody. */
    private long macOf(int target, Port in) {
        long local = segment.addresses().macOf(0, IpAddress.mapped(target));
        if (local != 0 || in.id().kind() == PortKind.TUNNEL) {
            return local;
        }
        boolean known =
                segment.tunnelTo(target) != null || segment.state().services().hasAddress(0, IpAddress.mapped(target));
        return known ? MacAddress.ofPod(target) : 0;
    }
}
