package io.osier.dataplane.worker;

import io.osier.dataplane.port.PortId;

/**
 * One entry of the forwarding database as it was at a moment.
 *
 * @param mac the low 48 bits
 * @param pinned whether it is known rather than learned
 */
public record StationSnapshot(long mac, PortId port, boolean pinned) {}
