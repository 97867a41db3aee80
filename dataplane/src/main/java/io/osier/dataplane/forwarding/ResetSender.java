package io.osier.dataplane.forwarding;

import static io.osier.dataplane.conntrack.ConnectionTable.entryOf;
import static io.osier.dataplane.conntrack.ConnectionTable.isReply;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.port.Port;

/** Tells both ends of a connection that it is over: the one that has just sent, and once the other. */
final class ResetSender {
    private final Segment segment;
    private final ConnectionTable connections;
    private final ConnectionEntries entries;
    private final FlowStanding standing;
    private final ErrorSender errors;

    ResetSender(Segment segment, ConnectionTable connections, ErrorSender errors) {
        this.segment = segment;
        this.connections = connections;
        this.entries = connections.entries();
        this.standing = new FlowStanding(segment, entries);
        this.errors = errors;
    }

    /** Ends the flow of a packet that has just been dropped for it. */
    void reset(int reference, Port in, Frame frame, ParsedPacket packet) {
        int entry = entryOf(reference);
        errors.reset(in, frame, packet);
        if (entries.state(entry) != ConnectionState.RESET) {
            tell(entry, !isReply(reference));
            connections.reset(entry, segment.nowNanos());
        }
    }

    /** The end that has not sent hears it by the number that it waits for, if it has ever said which. */
    private void tell(int entry, boolean backend) {
        if (!connections.windows().hasAcknowledged(entry, backend) || (backend && !standing.hasPod(entry))) {
            return;
        }
        Port out = segment.portOf(backend ? entries.backendMac(entry) : entries.clientMac(entry));
        Frame reset = out == null ? null : errors.take();
        if (out == null || reset == null) {
            return;
        }
        int sequence = connections.windows().acknowledged(entry, backend);
        if (backend) {
            TcpResets.write(
                    reset,
                    entries.backendMac(entry),
                    entries.isBehindGateway(entry) ? segment.state().gatewayMac() : entries.clientMac(entry),
                    entries.sourceHigh(entry),
                    entries.sourceLow(entry),
                    entries.sourcePort(entry),
                    entries.backendHigh(entry),
                    entries.backendLow(entry),
                    entries.backendPort(entry),
                    sequence,
                    0,
                    TcpHeader.RST);
        } else {
            TcpResets.write(
                    reset,
                    entries.clientMac(entry),
                    entries.serviceMac(entry),
                    entries.serviceHigh(entry),
                    entries.serviceLow(entry),
                    entries.servicePort(entry),
                    entries.clientHigh(entry),
                    entries.clientLow(entry),
                    entries.clientPort(entry),
                    sequence,
                    0,
                    TcpHeader.RST);
        }
        errors.send(out, reset);
    }
}
