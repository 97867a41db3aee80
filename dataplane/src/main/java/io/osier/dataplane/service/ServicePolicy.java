package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.ParsedPacket;
import java.util.List;

/**
 * Who may reach an address of a service, and which of the backends it leads to.
 *
 * @param locality whose packets stay on the node that they come to
 * @param affinitySeconds for how long a client that comes again gets the backend that it had; 0 for not at all
 * @param sourceRanges who may come ({@code loadBalancerSourceRanges}); empty for everybody
 * @param flows how flows get their backends
 * @param isAtNode whether the address is some node's, which has ports of its own there
 */
public record ServicePolicy(
        Exposure exposure,
        Locality locality,
        int affinitySeconds,
        List<IpPrefix> sourceRanges,
        FlowPolicy flows,
        boolean isAtNode) {
    /** A virtual address that leads to all backends by chance. */
    public static final ServicePolicy DEFAULT = new ServicePolicy(Exposure.CLUSTER_IP, Locality.NOBODY, 0, List.of());

    /** Whose packets go to backends of the node that they come to, and to no other. */
    public enum Locality {
        /** Every backend is as good as another ({@code Cluster}). */
        NOBODY,
        /** Those from outside the cluster, who are seen by their own address then ({@code externalTrafficPolicy: Local}). */
        OUTSIDERS,
        /** Those from the cluster, too ({@code internalTrafficPolicy: Local}). */
        EVERYBODY
    }

    public ServicePolicy {
        sourceRanges = List.copyOf(sourceRanges);
    }

    /** One whose flows get their backends as kube-proxy gives them. */
    public ServicePolicy(Exposure exposure, Locality locality, int affinitySeconds, List<IpPrefix> sourceRanges) {
        this(exposure, locality, affinitySeconds, sourceRanges, FlowPolicy.DEFAULT, false);
    }

    /** The same with this affinity. */
    public ServicePolicy withAffinity(int seconds) {
        return new ServicePolicy(exposure, locality, seconds, sourceRanges, flows, isAtNode);
    }

    /** The same that gives its flows backends so. */
    public ServicePolicy with(FlowPolicy other) {
        return new ServicePolicy(exposure, locality, affinitySeconds, sourceRanges, other, isAtNode);
    }

    ServicePolicy with(Locality other) {
        return new ServicePolicy(exposure, other, affinitySeconds, sourceRanges, flows, isAtNode);
    }

    boolean isExternal() {
        return exposure != Exposure.CLUSTER_IP;
    }

    /** The first of the ranges that the packet's sender is in; −1 if it is in none. Allocates nothing. */
    int rangeOf(ParsedPacket packet) {
        for (int i = 0; i < sourceRanges.size(); i++) {
            if (sourceRanges.get(i).contains(packet.sourceHigh(), packet.sourceLow())) {
                return i;
            }
        }
        return -1;
    }
}
