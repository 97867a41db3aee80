package io.osier.dataplane.forwarding;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.OnRemoval;
import io.osier.dataplane.service.VirtualService;
import org.jspecify.annotations.Nullable;

/**
 * Whether a flow may go on under the present policy. Looked up once a flow and generation; a flow that drains is looked up for
 * every packet, since its time may be over with each.
 */
final class FlowStanding {
    enum Standing {
        /** It goes on. */
        CURRENT,
        /** Its backend is none any more: the client's next packet needs another, the backend's is stale. */
        GONE,
        /** The same, and both ends are to hear of it. */
        RESET
    }

    private final Segment segment;
    private final ConnectionEntries entries;

    FlowStanding(Segment segment, ConnectionEntries entries) {
        this.segment = segment;
        this.entries = entries;
    }

    /** @param opening whether it is asked for a packet that opens a connection, which never drains */
    Standing of(int entry, boolean opening) {
        ConnectionState state = entries.state(entry);
        if (state == ConnectionState.STALE || state == ConnectionState.RESET) {
            return state == ConnectionState.STALE || opening ? Standing.GONE : Standing.RESET;
        }
        long generation = segment.state().generation();
        if ((entries.generation(entry) == generation && !opening) || entries.isDirect(entry)) {
            return Standing.CURRENT;
        }
        VirtualService service = serviceOf(entry);
        if (service != null && isBackend(entry, service)) {
            FlowPolicy flows = service.policy().flows();
            entries.setRemoval(entry, flows.onRemoval(service.protocol()).code(), flows.drainSeconds());
            entries.setGeneration(entry, generation);
            return Standing.CURRENT;
        }
        return opening ? Standing.GONE : withoutBackend(entry, service);
    }

    /** Whether the pod that the flow goes to is there, so that it can be told; its address may be another's by now. */
    boolean hasPod(int entry) {
        long instance = entries.instance(entry);
        return instance == 0 || segment.state().services().hasPod(instance);
    }

    private Standing withoutBackend(int entry, @Nullable VirtualService service) {
        OnRemoval removal = service == null
                ? OnRemoval.of(entries.removal(entry))
                : service.policy().flows().onRemoval(entries.protocol(entry));
        boolean drains = removal == OnRemoval.DRAIN && hasPod(entry) && entries.drains(entry, segment.nowNanos());
        if (drains) {
            return Standing.CURRENT;
        }
        boolean tellable = entries.protocol(entry) == IpProtocol.TCP && removal != OnRemoval.REPICK;
        return tellable ? Standing.RESET : Standing.GONE;
    }

    private @Nullable VirtualService serviceOf(int entry) {
        return segment.state()
                .services()
                .lookup(
                        entries.protocol(entry),
                        entries.serviceHigh(entry),
                        entries.serviceLow(entry),
                        entries.servicePort(entry));
    }

    private boolean isBackend(int entry, VirtualService service) {
        return service.has(
                entries.backendHigh(entry),
                entries.backendLow(entry),
                entries.backendPort(entry),
                entries.instance(entry));
    }
}
