package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpProtocol;
import org.jspecify.annotations.Nullable;

/**
 * How a service gives backends to its flows, and what becomes of those whose backend goes.
 *
 * @param balance by what a new flow's backend is picked
 * @param removal what becomes of the flows of a removed backend; null for what is usual for the protocol
 * @param drainSeconds for how long they may go on if they drain
 */
public record FlowPolicy(Balance balance, @Nullable OnRemoval removal, int drainSeconds) {
    /** Longer than any request takes, and shorter than a connection may be forgotten. */
    public static final int DEFAULT_DRAIN_SECONDS = 3_600;

    /** As kube-proxy does it, but for the end of draining. */
    public static final FlowPolicy DEFAULT = new FlowPolicy(Balance.RANDOM);

    public FlowPolicy(Balance balance) {
        this(balance, null, DEFAULT_DRAIN_SECONDS);
    }

    /** What becomes of the flows of this protocol: UDP picks anew, connections drain. */
    public OnRemoval onRemoval(int protocol) {
        if (removal == null) {
            return protocol == IpProtocol.UDP ? OnRemoval.REPICK : OnRemoval.DRAIN;
        }
        return removal == OnRemoval.RESET && protocol != IpProtocol.TCP ? OnRemoval.REPICK : removal;
    }
}
