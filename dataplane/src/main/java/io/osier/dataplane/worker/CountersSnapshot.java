package io.osier.dataplane.worker;

import io.osier.dataplane.observe.PacketBalance;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.port.PortId;
import java.util.Map;

/**
 * A node's account of its packets at one moment between two batches.
 *
 * @param drops packets by reason, those that happened
 * @param ports what passed each port
 */
public record CountersSnapshot(PacketBalance balance, Map<DropReason, Long> drops, Map<PortId, PortTotals> ports) {
    /** What has passed a port since it was added. */
    public record PortTotals(
            long receivedPackets, long receivedBytes, long transmittedPackets, long transmittedBytes) {}
}
