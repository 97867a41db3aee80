package io.osier.agent.model;

import java.time.Instant;

/**
 * A node's claim to a subnet of the pod range.
 *
 * @param subnet in CIDR notation
 */
public record Lease(String subnet, String node, Instant creationTimestamp) {}
