package io.osier.agent.reconcile;

/**
 * What a load balancer may ask a node about a service that keeps to the nodes which have endpoints.
 *
 * @param port {@code spec.healthCheckNodePort}
 * @param localEndpoints those on this node that take new connections
 */
public record HealthCheck(String namespace, String name, int port, int localEndpoints) {}
