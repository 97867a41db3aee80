package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * Where the pods of a range are.
 *
 * @param via the node they are on, or null for this one
 */
public record Route(IpPrefix destination, @Nullable Peer via) {}
