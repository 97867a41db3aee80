package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.ServiceTable;
import java.util.List;

/**
 * The policy that one node forwards by: immutable, published by reference, read once a batch. Live flows survive a new
 * one.
 *
 * @param generation grows with every published state
 * @param nodeName this node
 * @param gateway the host's address on the segment, the {@code .1} of the node's subnet; IPv4
 * @param podRange the segment that the pods of all nodes share
 * @param serviceRange where virtual addresses come from
 * @param peers all other nodes
 * @param routes which node has which pods, this node's own subnet included
 */
public record ForwardingState(
        long generation,
        String nodeName,
        IpAddress gateway,
        IpPrefix podRange,
        IpPrefix serviceRange,
        List<Peer> peers,
        PodRoutes routes,
        ServiceTable services) {
    public ForwardingState {
        peers = List.copyOf(peers);
        if (!gateway.isV4()
                || !podRange.address().isV4()
                || !serviceRange.address().isV4()) {
            throw new IllegalArgumentException("gateway, pod range and service range must be IPv4");
        }
    }

    public long gatewayMac() {
        return MacAddress.ofPod(gateway.v4Bits());
    }

    /** Whether the address is of the range that the pods of all nodes share. */
    public boolean isPodAddress(int v4Bits) {
        return (v4Bits & podRange.v4Mask()) == podRange.address().v4Bits();
    }

    /** Whether the address is of the range that virtual addresses come from. */
    public boolean isServiceAddress(int v4Bits) {
        return (v4Bits & serviceRange.v4Mask()) == serviceRange.address().v4Bits();
    }
}
