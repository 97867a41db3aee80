package io.osier.agent.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A node's claim to a subnet of the pod range.
 *
 * @param subnet in CIDR notation
 * @param identity of the agent's state directory; null in leases that were made before there was one
 * @param underlayAddress where the holder's tunnel ends
 */
public record Lease(
        String subnet,
        String node,
        Instant creationTimestamp,
        @Nullable String identity,
        @Nullable String underlayAddress) {}
