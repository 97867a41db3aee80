package io.osier.dataplane.service;

/**
 * How a service gives backends to its flows.
 *
 * @param balance by what a new flow's backend is picked
 */
public record FlowPolicy(Balance balance) {
    /** As kube-proxy does it. */
    public static final FlowPolicy DEFAULT = new FlowPolicy(Balance.RANDOM);
}
