package io.osier.dataplane.forwarding;

import static io.osier.dataplane.conntrack.ConnectionTable.NONE;
import static io.osier.dataplane.conntrack.ConnectionTable.entryOf;
import static io.osier.dataplane.conntrack.ConnectionTable.isReply;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.conntrack.FlowKey;
import io.osier.dataplane.conntrack.FragmentTable;
import io.osier.dataplane.forwarding.FlowStanding.Standing;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.service.AffinityTable;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.Translation;
import io.osier.dataplane.service.VirtualService;
import org.jspecify.annotations.Nullable;

/**
 * Turns packets to a service into packets to a backend, and the backend's answers into the service's. The backend is chosen
 * once a flow; the connection table remembers it for both directions and for ICMP errors about either.
 */
final class ServiceTranslator {
    private final Segment segment;
    private final ConnectionTable connections;
    private final ConnectionEntries entries;
    private final NewFlows newFlows;
    private final DirectFlows directFlows;
    private final FragmentTable fragments = new FragmentTable();
    private final PacketTrace trace;
    private final FlowKey key = new FlowKey();
    private final FlowStanding standing;
    private final PolicyCheck policies;
    private int lastReference;
    private @Nullable DropReason ended;

    ServiceTranslator(
            Segment segment, ConnectionTable connections, NewFlows newFlows, PolicyCheck policies, PacketTrace trace) {
        this.segment = segment;
        this.connections = connections;
        this.entries = connections.entries();
        this.newFlows = newFlows;
        this.directFlows = new DirectFlows(segment, connections, newFlows, policies);
        this.policies = policies;
        this.trace = trace;
        this.standing = new FlowStanding(segment, entries);
    }

    /** Rewrites the packet if it belongs to a service; null if it may go on, otherwise why not. */
    @Nullable
    DropReason translate(Frame frame, ParsedPacket packet) {
        if (!packet.isIp()) {
            return null;
        }
        if (packet.isLaterFragment()) {
            return translateFragment(frame, packet);
        }
        if (packet.hasEmbedded()) {
            return translateError(frame, packet);
        }
        if (!packet.hasPorts() && isServiceAddress(packet)) {
            return DropReason.UNTRANSLATABLE;
        }
        if (!packet.hasPorts() && !policies.concerns(packet)) {
            return null;
        }
        if (!packet.hasPorts() && !PolicyCheck.isConversation(packet)) {
            return policies.judge(packet);
        }
        int reference = liveReference(packet);
        if (reference != NONE && ended != null) {
            return ended;
        }
        boolean opened = reference == NONE;
        VirtualService service = opened ? serviceOf(packet) : null;
        if (opened && service == null) {
            DropReason refused = refusalWithoutService(packet);
            reference = refused == null ? directFlows.track(packet) : NONE;
            if (reference == NONE) {
                return refused == null ? policies.checkUntracked(packet) : refused;
            }
        }
        boolean translated = service != null || entries.isTranslated(entryOf(reference));
        if (translated && packet.protocol() == IpProtocol.SCTP && packet.isFragment()) {
            return DropReason.UNTRANSLATABLE; // its checksum covers what is in the other fragments
        }
        if (service != null) {
            reference = newFlows.open(service, packet);
            if (reference == NONE) {
                return newFlows.refusal();
            }
        }
        DropReason forbidden = opened ? policies.checkNew(entryOf(reference)) : policies.check(reference, packet);
        if (forbidden != null) {
            forbid(reference, opened);
            return forbidden;
        }
        rewrite(frame, packet, reference);
        return null;
    }

    /** A flow that may not begin is forgotten; one that may not go on is known until its time is over. */
    private void forbid(int reference, boolean opened) {
        int entry = entryOf(reference);
        if (!entries.isDirect(entry)) {
            describe(isReply(reference) ? Rewrite.UNDNAT : Rewrite.DNAT, entry);
        }
        if (opened) {
            connections.remove(entry);
        }
    }

    /**
     * At the node's own addresses its own pods alone are served here. What comes from elsewhere goes to the host, which sends it
     * back as a node port's: it may have to leave by a tunnel, and nothing goes from tunnel to tunnel.
     */
    private @Nullable VirtualService serviceOf(ParsedPacket packet) {
        VirtualService service = segment.state()
                .services()
                .lookup(packet.protocol(), packet.destinationHigh(), packet.destinationLow(), packet.destinationPort());
        boolean hosts = service != null
                && service.policy().exposure() == Exposure.NODE_ADDRESS
                && segment.addresses().portOf(packet.sourceHigh(), packet.sourceLow()) == null;
        return hosts ? null : service;
    }

    /** The flow that the packet belongs to, unless it has ended or the client's next packet needs another backend. */
    private int liveReference(ParsedPacket packet) {
        int reference = connections.lookup(key.set(
                packet.protocol(),
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.sourcePort(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.destinationPort()));
        if (reference == NONE) {
            return NONE;
        }
        int entry = entryOf(reference);
        boolean reply = isReply(reference);
        boolean opening = !reply && TcpHeader.isOpening(packet.tcpFlags());
        boolean over =
                (opening && entries.state(entry).isOver()) || entries.expiryNanos(entry) - segment.nowNanos() <= 0;
        if (over) {
            connections.remove(entry);
            return NONE;
        }
        lastReference = reference;
        ended = endOf(entry, opening);
        if (!reply && ended == DropReason.STALE_FLOW) {
            connections.retire(entry, segment.nowNanos());
            return NONE;
        }
        return reference;
    }

    /** Whoever has the port's addresses next inherits no flow past services. */
    void forget(Port port) {
        directFlows.forget(port);
    }

    /** Which backends clients were last given. */
    AffinityTable affinity() {
        return newFlows.affinity();
    }

    /** The flow that the last packet belonged to. */
    int lastReference() {
        return lastReference;
    }

    /** Why the flow does not go on, or null if it does. */
    private @Nullable DropReason endOf(int entry, boolean opening) {
        return switch (standing.of(entry, opening)) {
            case CURRENT -> null;
            case GONE -> DropReason.STALE_FLOW;
            case RESET -> DropReason.FLOW_RESET;
        };
    }

    /** Whether the flow's backend is still its service's, or drains. */
    boolean isCurrent(int entry) {
        return standing.of(entry, false) == Standing.CURRENT;
    }

    boolean isGone(int entry) {
        return standing.of(entry, false) == Standing.GONE;
    }

    private @Nullable DropReason refusalWithoutService(ParsedPacket packet) {
        if (!isServiceAddress(packet)) {
            return null;
        }
        return segment.state().services().hasAddress(packet.destinationHigh(), packet.destinationLow())
                ? DropReason.NO_SERVICE_PORT
                : DropReason.NO_SERVICE;
    }

    private boolean isServiceAddress(ParsedPacket packet) {
        ForwardingState state = segment.state();
        long high = packet.destinationHigh();
        long low = packet.destinationLow();
        return state.isServiceAddress(high, low) || state.services().hasAddress(high, low);
    }

    private void rewrite(Frame frame, ParsedPacket packet, int reference) {
        int entry = entryOf(reference);
        boolean reply = isReply(reference);
        if (packet.isFragment()) {
            fragments.remember(packet, reference, segment.nowNanos());
        }
        connections.account(reference, frame, packet, segment.nowNanos());
        rewriteAddresses(frame, packet, entry, reply);
    }

    private @Nullable DropReason translateFragment(Frame frame, ParsedPacket packet) {
        int reference = fragments.lookup(packet, segment.nowNanos());
        if (reference == NONE || !entries.matchesAddresses(reference, packet)) {
            return isServiceAddress(packet) ? DropReason.SERVICE_FRAGMENT : policies.checkUntracked(packet);
        }
        DropReason forbidden = policies.check(reference, packet);
        if (forbidden != null) {
            return forbidden;
        }
        connections.account(reference, frame, packet, segment.nowNanos());
        rewriteAddresses(frame, packet, entryOf(reference), isReply(reference));
        return null;
    }

    private void rewriteAddresses(Frame frame, ParsedPacket packet, int entry, boolean reply) {
        boolean direct = entries.isDirect(entry);
        if (direct && !entries.isMasqueraded(entry)) {
            return;
        }
        describe(direct ? reply ? Rewrite.UNSNAT : Rewrite.SNAT : reply ? Rewrite.UNDNAT : Rewrite.DNAT, entry);
        boolean masqueraded = entries.isMasqueraded(entry);
        if (reply) {
            Translation.rewriteSource(
                    frame, packet, entries.serviceHigh(entry), entries.serviceLow(entry), entries.servicePort(entry));
            if (masqueraded) {
                Translation.rewriteDestination(
                        frame, packet, entries.clientHigh(entry), entries.clientLow(entry), entries.clientPort(entry));
            }
            packet.setSourceMac(frame, entries.serviceMac(entry));
            packet.setDestinationMac(frame, entries.clientMac(entry));
        } else {
            Translation.rewriteDestination(
                    frame, packet, entries.backendHigh(entry), entries.backendLow(entry), entries.backendPort(entry));
            if (masqueraded) {
                Translation.rewriteSource(
                        frame, packet, entries.sourceHigh(entry), entries.sourceLow(entry), entries.sourcePort(entry));
            }
            if (entries.isBehindGateway(entry)) {
                packet.setSourceMac(frame, segment.state().gatewayMac());
            }
            packet.setDestinationMac(frame, entries.backendMac(entry));
        }
    }

    /** An ICMP error quotes a packet of the flow as the error's sender saw it: both are told in the receiver's terms. */
    private @Nullable DropReason translateError(Frame frame, ParsedPacket packet) {
        int reference = goesToQuotedSender(packet) ? quotedReference(packet) : NONE;
        if (reference == NONE) {
            return isServiceAddress(packet) ? DropReason.UNTRANSLATABLE : policies.checkUntracked(packet);
        }
        if (isReply(reference) && !isCurrent(entryOf(reference))) {
            return DropReason.STALE_FLOW;
        }
        DropReason forbidden = policies.check(reference, packet);
        if (forbidden != null) {
            return forbidden;
        }
        int entry = entryOf(reference);
        if (entries.isTranslated(entry)) {
            describe(isReply(reference) ? Rewrite.ICMP_TO_CLIENT : Rewrite.ICMP_TO_BACKEND, entry);
            rewriteError(frame, packet, reference);
        }
        return null;
    }

    /** The same for an error of this node's own; the trace goes on telling of the packet that the error is about. */
    void translateOwnError(Frame frame, ParsedPacket packet) {
        int reference = packet.hasEmbedded() ? quotedReference(packet) : NONE;
        if (reference != NONE && entries.isTranslated(entryOf(reference))) {
            rewriteError(frame, packet, reference);
        }
    }

    /** Whoever sent a packet is told of what became of it, and nobody else. */
    private static boolean goesToQuotedSender(ParsedPacket packet) {
        return packet.embeddedSourceLow() == packet.destinationLow()
                && packet.embeddedSourceHigh() == packet.destinationHigh();
    }

    /** The flow of the quoted packet, in the direction of the error. */
    private int quotedReference(ParsedPacket packet) {
        return connections.lookup(key.set(
                packet.embeddedProtocol(),
                packet.embeddedDestinationHigh(),
                packet.embeddedDestinationLow(),
                packet.embeddedDestinationPort(),
                packet.embeddedSourceHigh(),
                packet.embeddedSourceLow(),
                packet.embeddedSourcePort()));
    }

    private void rewriteError(Frame frame, ParsedPacket packet, int reference) {
        if (isReply(reference)) {
            errorToClient(frame, packet, entryOf(reference));
        } else {
            errorToBackend(frame, packet, entryOf(reference));
        }
    }

    private void errorToClient(Frame frame, ParsedPacket packet, int entry) {
        Translation.rewriteEmbeddedSource(
                frame, packet, entries.clientHigh(entry), entries.clientLow(entry), entries.clientPort(entry));
        Translation.rewriteEmbeddedDestination(
                frame, packet, entries.serviceHigh(entry), entries.serviceLow(entry), entries.servicePort(entry));
        boolean fromBackend =
                packet.sourceLow() == entries.backendLow(entry) && packet.sourceHigh() == entries.backendHigh(entry);
        if (fromBackend) {
            Translation.rewriteSource(frame, packet, entries.serviceHigh(entry), entries.serviceLow(entry), 0);
        }
        Translation.rewriteDestination(frame, packet, entries.clientHigh(entry), entries.clientLow(entry), 0);
        packet.setSourceMac(frame, entries.serviceMac(entry));
        packet.setDestinationMac(frame, entries.clientMac(entry));
    }

    private void errorToBackend(Frame frame, ParsedPacket packet, int entry) {
        Translation.rewriteEmbeddedSource(
                frame, packet, entries.backendHigh(entry), entries.backendLow(entry), entries.backendPort(entry));
        Translation.rewriteEmbeddedDestination(
                frame, packet, entries.sourceHigh(entry), entries.sourceLow(entry), entries.sourcePort(entry));
        if (entries.isBehindGateway(entry)) {
            Translation.rewriteSource(frame, packet, entries.sourceHigh(entry), entries.sourceLow(entry), 0);
            packet.setSourceMac(frame, segment.state().gatewayMac());
        }
        Translation.rewriteDestination(frame, packet, entries.backendHigh(entry), entries.backendLow(entry), 0);
        packet.setDestinationMac(frame, entries.backendMac(entry));
    }

    private void describe(Rewrite rewrite, int entry) {
        trace.rewritten(
                rewrite,
                entries.serviceHigh(entry),
                entries.serviceLow(entry),
                entries.servicePort(entry),
                entries.backendHigh(entry),
                entries.backendLow(entry),
                entries.backendPort(entry));
        trace.picked(
                entries.backendIndex(entry),
                entries.backendCount(entry),
                entries.choice(entry),
                entries.isBehindGateway(entry));
    }
}
