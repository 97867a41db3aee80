package io.osier.dataplane.forwarding;

import static io.osier.dataplane.conntrack.ConnectionTable.NONE;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.conntrack.FlowKey;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.port.Port;

/**
 * Tracks those flows past all services that have to be known. Answers to some could be mistaken for a service's: those from a
 * station of this node to the address and port of a backend are entered as flows to themselves, so that neither they nor a
 * service's flow takes the other's tuple; whoever comes second gets another source port. Those of pods that NetworkPolicies
 * isolate are entered so that answers come in and go out. Other plain traffic stays untracked.
 */
final class DirectFlows {
    private final Segment segment;
    private final ConnectionTable connections;
    private final ConnectionEntries entries;
    private final NewFlows newFlows;
    private final PolicyCheck policies;
    private final FlowKey answer = new FlowKey();

    DirectFlows(Segment segment, ConnectionTable connections, NewFlows newFlows, PolicyCheck policies) {
        this.segment = segment;
        this.connections = connections;
        this.entries = connections.entries();
        this.newFlows = newFlows;
        this.policies = policies;
    }

    /**
     * Enters the flow of a packet that belongs to no flow and no service, if it has to be known.
     *
     * @return a reference, or {@link ConnectionTable#NONE} if the packet goes on as it is
     */
    int track(ParsedPacket packet) {
        boolean isolated = policies.concerns(packet) && !MacAddress.isGroup(packet.destinationMac());
        if (isolated && policies.mayBeOlder(packet) && packet.sourcePort() < packet.destinationPort()) {
            return enterAnswered(packet); // the end with the higher port is taken for the client
        }
        if (isolated && (isAnswer(packet) || policies.judge(packet) != null)) {
            return NONE; // what is no flow takes no room, and pushes nobody out
        }
        boolean local = segment.addresses().portOf(packet.sourceHigh(), packet.sourceLow()) != null;
        boolean taken = local && packet.hasPorts() && isAnsweredByAnother(packet);
        if (!taken) {
            boolean known = isolated || (local && packet.hasPorts() && goesToBackend(packet));
            return known
                    ? enter(packet, packet.sourcePort())
                    : NONE; // otherwise its own node tracks it, or nobody has to
        }
        if (!isOpening(packet)) {
            return NONE; // older than the other flow: moving it now would only break it
        }
        for (int i = 0; i < NewFlows.PORT_ATTEMPTS; i++) {
            int reference = enter(packet, newFlows.anotherPort());
            if (reference != NONE) {
                return reference;
            }
        }
        return NONE;
    }

    private boolean goesToBackend(ParsedPacket packet) {
        return segment.state()
                .services()
                .hasBackend(
                        packet.protocol(), packet.destinationHigh(), packet.destinationLow(), packet.destinationPort());
    }

    /** Whether the answer to this packet would be another flow's. */
    @SuppressWarnings("ArgumentSelectionDefectChecker") // an answer goes the other way
    private boolean isAnsweredByAnother(ParsedPacket packet) {
        int reference = connections.lookup(answer.set(
                packet.protocol(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.destinationPort(),
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.sourcePort()));
        return reference != NONE && ConnectionTable.isReply(reference);
    }

    /** What only follows something else, of which nothing is known here. */
    private static boolean isAnswer(ParsedPacket packet) {
        int flags = packet.tcpFlags();
        return (flags & TcpHeader.RST) != 0
                || (flags & (TcpHeader.SYN | TcpHeader.ACK)) == (TcpHeader.SYN | TcpHeader.ACK);
    }

    /** Forgets the flows past services that a station behind this port is an end of. */
    void forget(Port port) {
        connections.forEach(entry -> {
            boolean its = segment.addresses().portOf(entries.clientHigh(entry), entries.clientLow(entry)) == port
                    || segment.addresses().portOf(entries.backendHigh(entry), entries.backendLow(entry)) == port;
            if (its && entries.isDirect(entry)) {
                connections.remove(entry);
            }
        });
    }

    private static boolean isOpening(ParsedPacket packet) {
        return packet.protocol() != IpProtocol.TCP || TcpHeader.isOpening(packet.tcpFlags());
    }

    private int enter(ParsedPacket packet, int sourcePort) {
        int entry = connections.allocate(segment.nowNanos(), packet.sourceHigh(), packet.sourceLow());
        if (entry == NONE) {
            return NONE;
        }
        long high = packet.destinationHigh();
        long low = packet.destinationLow();
        int port = packet.destinationPort();
        entries.setClient(entry, packet.sourceHigh(), packet.sourceLow(), packet.sourcePort(), packet.sourceMac());
        entries.setService(entry, high, low, port, packet.destinationMac());
        entries.setBackend(entry, high, low, port, packet.destinationMac());
        entries.setSource(entry, packet.sourceHigh(), packet.sourceLow(), sourcePort);
        return link(entry, packet) ? entry << 1 : NONE;
    }

    /** Enters the flow that the packet answers. */
    private int enterAnswered(ParsedPacket packet) {
        int entry = connections.allocate(segment.nowNanos(), packet.destinationHigh(), packet.destinationLow());
        if (entry == NONE) {
            return NONE;
        }
        long high = packet.sourceHigh();
        long low = packet.sourceLow();
        int port = packet.sourcePort();
        int clientPort = packet.destinationPort();
        entries.setClient(
                entry, packet.destinationHigh(), packet.destinationLow(), clientPort, packet.destinationMac());
        entries.setService(entry, high, low, port, packet.sourceMac());
        entries.setBackend(entry, high, low, port, packet.sourceMac());
        entries.setSource(entry, packet.destinationHigh(), packet.destinationLow(), clientPort);
        return link(entry, packet) ? entry << 1 | 1 : NONE;
    }

    private boolean link(int entry, ParsedPacket packet) {
        entries.setProtocol(entry, packet.protocol());
        entries.setChoice(entry, 0, 1, 0);
        entries.setGeneration(entry, segment.state().generation());
        entries.setState(entry, ConnectionState.first(packet.protocol(), packet.tcpFlags()), segment.nowNanos());
        return connections.link(entry);
    }
}
