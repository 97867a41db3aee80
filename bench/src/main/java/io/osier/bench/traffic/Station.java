package io.osier.bench.traffic;

/**
 * Where traffic begins or ends: a pod.
 *
 * @param namespace its network namespace
 * @param address its IPv4 address
 */
public record Station(String namespace, String address) {}
