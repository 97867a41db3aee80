package io.osier.dataplane.forwarding;

import static io.osier.dataplane.packet.DropReason.EGRESS_POLICY;
import static io.osier.dataplane.packet.DropReason.INGRESS_POLICY;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyRule;
import io.osier.dataplane.policy.PolicyTable;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import org.jspecify.annotations.Nullable;

/**
 * Whether NetworkPolicies let this node's pods talk. A flow is judged by who opened it, towards the backend that it was given, when
 * it opens and when the policies have changed; what it carries in either direction then goes with it, but for what opens another.
 * Between a pod and itself and between a pod and its own node everything passes.
 */
final class PolicyCheck {
    /** How many connections are believed to be older than their pod's isolation, of one table of policies. */
    private static final int MAX_OLDER = 4_096;

    /** RFC 9260, section 3.2. */
    private static final int SCTP_INIT = 1;

    /** {@code ff02::/16} (RFC 4291, section 2.7). */
    private static final long LINK_GROUPS = 0xff02;

    private final Segment segment;
    private final ConnectionTable connections;
    private final ConnectionEntries entries;
    private final PacketTrace trace;
    private PolicyTable table = PolicyTable.NONE;
    private int tableNumber;
    private int older;
    /** By entry, which table has let its flow through; all of the connection table's size as soon as there is one. */
    private int[] permittedBy = {};

    PolicyCheck(Segment segment, ConnectionTable connections, PacketTrace trace) {
        this.segment = segment;
        this.connections = connections;
        this.entries = connections.entries();
        this.trace = trace;
    }

    /** Whether the packet is one of a pod's that is isolated, so that the flow has to be known. */
    boolean concerns(ParsedPacket packet) {
        PolicyTable policies = segment.state().policies();
        return !policies.isEmpty()
                && !isLinkControl(packet)
                && (isIsolated(packet.sourceHigh(), packet.sourceLow())
                        || isIsolated(packet.destinationHigh(), packet.destinationLow()));
    }

    private boolean isIsolated(long high, long low) {
        PodPolicy policy = policyOf(high, low);
        return policy != null && policy.isolates();
    }

    /** What is said of a pod of this node; null if nobody here has the address, or the node itself. */
    @Nullable
    PodPolicy policyOf(long high, long low) {
        PodPolicy said = segment.state().policies().of(high, low);
        if (said != null) {
            return said;
        }
        Port owner = segment.addresses().portOf(high, low);
        return owner != null && owner.id().kind() == PortKind.POD ? PodPolicy.UNKNOWN : null;
    }

    /**
     * Whether a TCP packet may be of a connection that is older than its pod's isolation. Its flow is not known then, and who opened it
     * can be guessed at best.
     */
    boolean mayBeOlder(ParsedPacket packet) {
        takeTable();
        return (packet.tcpFlags() & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.ACK
                && (isYoung(packet.sourceHigh(), packet.sourceLow())
                        || isYoung(packet.destinationHigh(), packet.destinationLow()))
                && older++ < MAX_OLDER;
    }

    private boolean isYoung(long high, long low) {
        PodPolicy policy = segment.state().policies().of(high, low);
        return policy != null && policy.isolates() && segment.nowNanos() - policy.sinceNanos() < PodPolicy.OLDER_NANOS;
    }

    /** Whether a packet without ports can be of a flow: one of any protocol, but of ICMP's the echo messages alone. */
    static boolean isConversation(ParsedPacket packet) {
        return !packet.isIcmp() || IcmpHeader.isEcho(packet.icmpType(), packet.isIpv4());
    }

    /** Null if a packet of a known flow may go on. */
    @Nullable
    DropReason check(int reference, ParsedPacket packet) {
        takeTable();
        if (table.isEmpty()) {
            return null;
        }
        if (ConnectionTable.isReply(reference) && isOpening(packet)) {
            return checkUntracked(packet); // to have been asked gives nobody leave to ask
        }
        int entry = ConnectionTable.entryOf(reference);
        return permittedBy[entry] == tableNumber ? null : checkNew(entry);
    }

    private static boolean isOpening(ParsedPacket packet) {
        boolean associating = packet.protocol() == IpProtocol.SCTP && packet.sctpChunkType() == SCTP_INIT;
        return TcpHeader.isOpening(packet.tcpFlags())
                || associating
                || (packet.isIcmp() && IcmpHeader.isEchoRequest(packet.icmpType(), packet.isIpv4()));
    }

    /** Null if the flow, which has just been entered, may begin. */
    @Nullable
    DropReason checkNew(int entry) {
        takeTable();
        if (table.isEmpty()) {
            return null;
        }
        DropReason forbidden = judge(
                entries.clientHigh(entry),
                entries.clientLow(entry),
                entries.backendHigh(entry),
                entries.backendLow(entry),
                entries.protocol(entry),
                entries.backendPort(entry));
        permittedBy[entry] = forbidden == null ? tableNumber : 0;
        return forbidden;
    }

    /** Null if a packet that belongs to no known flow may pass by itself. */
    @Nullable
    DropReason checkUntracked(ParsedPacket packet) {
        return concerns(packet) ? judge(packet) : null;
    }

    /** The same of a packet that {@linkplain #concerns concerns} somebody. */
    @Nullable
    DropReason judge(ParsedPacket packet) {
        return judge(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.protocol(),
                portOf(packet));
    }

    private @Nullable DropReason judge(
            long clientHigh, long clientLow, long backendHigh, long backendLow, int protocol, int port) {
        if (clientLow == backendLow && clientHigh == backendHigh) {
            return null;
        }
        PodPolicy sender = policyOf(clientHigh, clientLow);
        Isolation egress = sender == null || isOfThisNode(backendHigh, backendLow) ? null : sender.egress();
        if (egress != null && !passes(egress, false, backendHigh, backendLow, protocol, port)) {
            return EGRESS_POLICY;
        }
        PodPolicy receiver = policyOf(backendHigh, backendLow);
        Isolation ingress = receiver == null || isOfThisNode(clientHigh, clientLow) ? null : receiver.ingress();
        boolean refused = ingress != null && !passes(ingress, true, clientHigh, clientLow, protocol, port);
        return refused ? INGRESS_POLICY : null;
    }

    private boolean passes(Isolation isolation, boolean ingress, long peerHigh, long peerLow, int protocol, int port) {
        PolicyRule rule = isolation.admitting(peerHigh, peerLow, protocol, port);
        trace.judged(ingress, isolation.policies(), rule == null ? null : rule.name());
        return rule != null;
    }

    /** Whether the address is this node's own, the gateway's among them. */
    boolean isOfThisNode(long high, long low) {
        Port owner = segment.addresses().portOf(high, low);
        return owner == null
                ? segment.state().policies().isOfNode(high, low)
                : owner.id().kind() == PortKind.HOST;
    }

    /** What other policies than the present ones have let through counts no more. */
    @SuppressWarnings("ReferenceEquality") // another object says that something may have changed
    private void takeTable() {
        PolicyTable present = segment.state().policies();
        if (present != table) {
            table = present;
            tableNumber++;
            older = 0;
            if (permittedBy.length == 0) {
                permittedBy = new int[connections.capacity()];
            }
        }
    }

    /** The receiving end's port; -1 in a later fragment, which does not say. */
    static int portOf(ParsedPacket packet) {
        return packet.isLaterFragment() ? -1 : packet.destinationPort();
    }

    /**
     * What keeps the link itself going, and no policy means: neighbour discovery, and who listens to which group. It goes to groups of
     * the link, and solicitations and advertisements to stations of it; not beyond.
     */
    boolean isLinkControl(ParsedPacket packet) {
        long high = packet.destinationHigh();
        if (!packet.isIpv6() || !packet.isIcmp() || !IcmpHeader.isV6LinkControl(packet.icmpType())) {
            return false;
        }
        boolean onLink =
                high == NdpResponder.LINK_LOCAL_HIGH || segment.state().isPodAddress(high, packet.destinationLow());
        return high >>> 48 == LINK_GROUPS || (onLink && IcmpHeader.isNeighborMessage(packet.icmpType()));
    }
}
