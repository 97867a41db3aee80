package io.osier.dataplane.forwarding;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.conntrack.MasqueradePorts;
import io.osier.dataplane.observe.PacketTrace.Choice;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.service.AffinityTable;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.BackendSelector;
import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.VirtualService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Opens flows to services: picks the backend, decides whether the client has to be masqueraded behind the gateway, and enters
 * both directions into the connection table.
 */
final class NewFlows {
    private static final int FIRST_MASQUERADE_PORT = 1024;
    private static final int MASQUERADE_PORTS = 65_536 - FIRST_MASQUERADE_PORT;
    static final int PORT_ATTEMPTS = 128;
    private static final int PORTS_OF_A_CLIENT = 8;
    /** Clients of services with session affinity that are remembered. */
    private static final int AFFINE_CLIENTS = 8_192;

    private final Segment segment;
    private final ConnectionTable connections;
    private final BackendSelector selector;
    private final RandomGenerator random;
    private final AffinityTable affinity = new AffinityTable(AFFINE_CLIENTS);
    private @Nullable DropReason refusal;
    private boolean masquerade;
    private Choice choice = Choice.CHANCE;

    NewFlows(Segment segment, ConnectionTable connections, RandomGenerator random) {
        this.segment = segment;
        this.connections = connections;
        this.selector = new BackendSelector(random, this::flowsOf);
        this.random = random;
    }

    /**
     * Opens a flow for a packet to a service.
     *
     * @return a reference in the client's direction, or {@link ConnectionTable#NONE} and {@link #refusal} says why
     */
    int open(VirtualService asked, ParsedPacket packet) {
        if (!asked.backends().isEmpty() && !asked.admit(packet)) {
            refusal = DropReason.SOURCE_NOT_ALLOWED;
            return ConnectionTable.NONE;
        }
        boolean fromInside = segment.state().isPodAddress(packet.sourceHigh(), packet.sourceLow());
        VirtualService service = asked.chosenFor(fromInside);
        if (service.backends().isEmpty()) {
            service.counters().rejected(packet.networkLengthBytes());
            refusal = asked.backends().isEmpty() ? DropReason.NO_ENDPOINT : DropReason.NO_LOCAL_ENDPOINT;
            return ConnectionTable.NONE;
        }
        masquerade = asked.masquerades(fromInside);
        int before = service.hasAffinity() ? backendBefore(service, packet) : -1;
        int index = before >= 0 ? before : selector.select(service, packet);
        choice = before >= 0
                ? Choice.AFFINITY
                : choiceOf(service, service.policy().flows().balance());
        Backend backend = service.backends().get(index);
        int port = needsMasquerade(packet, backend) ? gatewayPort(packet, service.protocol()) : packet.sourcePort();
        int entry = enter(service, backend, index, packet, port);
        // Another flow may have the same ports towards the same backend: then the source port moves.
        for (int i = 0; i < PORT_ATTEMPTS && entry == ConnectionTable.NONE && refusal == null; i++) {
            entry = enter(service, backend, index, packet, anotherPort());
        }
        if (entry == ConnectionTable.NONE) {
            refusal = refusal == null ? DropReason.MASQUERADE_PORTS_EXHAUSTED : refusal;
            return ConnectionTable.NONE;
        }
        service.counters().chosen(index, packet.networkLengthBytes(), isHairpin(packet, backend));
        if (before >= 0) {
            service.counters().chosenAgain(index, packet.networkLengthBytes());
        }
        if (service.hasAffinity()) {
            affinity.remember(service, packet.sourceHigh(), packet.sourceLow(), backend, segment.nowNanos());
        }
        return entry << 1;
    }

    /**
     * The port that all backends are to see this client under: the one that it has, its own if that is free, or one of a few
     * that follow from what it is, so that it is found again.
     */
    private int gatewayPort(ParsedPacket packet, int protocol) {
        MasqueradePorts ports = connections.masqueradePorts();
        boolean v4 = packet.isIpv4();
        long client = MasqueradePorts.client(protocol, packet.sourceHigh(), packet.sourceLow(), packet.sourcePort());
        int free = -1;
        for (int i = 0; i < PORTS_OF_A_CLIENT; i++) {
            int port = i == 0 ? packet.sourcePort() : portOf(client, i);
            if (ports.isOf(client, protocol, v4, port)) {
                return port;
            }
            if (free < 0 && !ports.isTaken(protocol, v4, port)) {
                free = port;
            }
        }
        return free < 0 ? packet.sourcePort() : free;
    }

    private static int portOf(long client, int attempt) {
        long mixed = (client + attempt) * 0x9e37_79b9_7f4a_7c15L;
        return FIRST_MASQUERADE_PORT + (int) (((mixed >>> 32) * MASQUERADE_PORTS) >>> 32);
    }

    private int flowsOf(int protocol, Backend backend) {
        return connections
                .loads()
                .flows(protocol, backend.address().high(), backend.address().low(), backend.port());
    }

    private int backendBefore(VirtualService service, ParsedPacket packet) {
        return affinity.lookup(service, packet.sourceHigh(), packet.sourceLow(), segment.nowNanos());
    }

    /** A source port for a flow that cannot have its own. */
    int anotherPort() {
        return FIRST_MASQUERADE_PORT + random.nextInt(MASQUERADE_PORTS);
    }

    /** Which backends clients were last given. */
    AffinityTable affinity() {
        return affinity;
    }

    /** Why the last flow was not opened. */
    @Nullable
    DropReason refusal() {
        return refusal;
    }

    /** Fills and links an entry; {@code NONE} with no refusal if the backend already knows that source port. */
    @SuppressWarnings("EnumOrdinal") // of the choice, as the trace takes it
    private int enter(VirtualService service, Backend backend, int index, ParsedPacket packet, int sourcePort) {
        refusal = null;
        long nowNanos = segment.nowNanos();
        int entry = connections.allocate(nowNanos, packet.sourceHigh(), packet.sourceLow());
        if (entry == ConnectionTable.NONE) {
            refusal = connections.isShareExhausted(packet.sourceHigh(), packet.sourceLow())
                    ? DropReason.FLOW_SHARE_EXHAUSTED
                    : DropReason.CONNECTION_TABLE_FULL;
            return entry;
        }
        ForwardingState state = segment.state();
        ConnectionEntries entries = connections.entries();
        entries.setProtocol(entry, service.protocol());
        entries.setClient(entry, packet.sourceHigh(), packet.sourceLow(), packet.sourcePort(), packet.sourceMac());
        entries.setService(
                entry,
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.destinationPort(),
                packet.destinationMac());
        long mac = backend.mac() == Backend.VIA_GATEWAY ? state.gatewayMac() : backend.mac();
        entries.setBackend(entry, backend.address().high(), backend.address().low(), backend.port(), mac);
        if (needsMasquerade(packet, backend)) {
            boolean v4 = packet.isIpv4();
            entries.setSource(entry, state.gatewayHigh(v4), state.gatewayLow(v4), sourcePort);
        } else {
            entries.setSource(entry, packet.sourceHigh(), packet.sourceLow(), sourcePort);
        }
        FlowPolicy flows = service.policy().flows();
        entries.setChoice(entry, index, service.backends().size(), choice.ordinal());
        entries.setInstance(entry, backend.instance());
        entries.setRemoval(entry, flows.onRemoval(service.protocol()).code(), flows.drainSeconds());
        entries.setWeighs(entry, flows.balance() == Balance.LEAST_CONNECTIONS);
        entries.setGeneration(entry, state.generation());
        entries.setState(entry, ConnectionState.first(service.protocol(), packet.tcpFlags()), nowNanos);
        return connections.link(entry) ? entry : ConnectionTable.NONE;
    }

    private static Choice choiceOf(VirtualService service, Balance balance) {
        return switch (balance) {
            case RANDOM -> service.isWeighted() ? Choice.WEIGHT : Choice.CHANCE;
            case MAGLEV -> Choice.MAGLEV;
            case LEAST_CONNECTIONS -> Choice.LEAST_CONNECTIONS;
        };
    }

    /** A pod that reaches itself could not be answered otherwise. */
    private boolean needsMasquerade(ParsedPacket packet, Backend backend) {
        return masquerade || isHairpin(packet, backend);
    }

    private static boolean isHairpin(ParsedPacket packet, Backend backend) {
        return backend.address().low() == packet.sourceLow()
                && backend.address().high() == packet.sourceHigh();
    }
}
