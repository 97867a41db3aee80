package io.osier.agent.doctor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether nodes agree with each other. */
public final class ClusterFindings {
    private static final long CLOCKS_MILLIS = 1_000;
    /** So many pairs are named. */
    private static final int MAX_PAIRS = 8;

    private ClusterFindings() {}

    /**
     * How far a node's clock is ahead of ours.
     *
     * @param uncertaintyMillis how much of that may be the question's way
     */
    public record Clock(String node, long offsetMillis, long uncertaintyMillis) {}

    /** Judges every pair of clocks. */
    public static Finding clocks(List<Clock> clocks) {
        List<String> differing = new ArrayList<>();
        for (int i = 0; i < clocks.size(); i++) {
            for (int j = i + 1; j < clocks.size(); j++) {
                Clock one = clocks.get(i);
                Clock other = clocks.get(j);
                long aheadMillis = one.offsetMillis() - other.offsetMillis();
                if (Math.abs(aheadMillis) > CLOCKS_MILLIS + one.uncertaintyMillis() + other.uncertaintyMillis()) {
                    differing.add((aheadMillis > 0 ? one : other).node() + " is " + Math.abs(aheadMillis)
                            + " ms ahead of " + (aheadMillis > 0 ? other : one).node());
                }
            }
        }
        if (differing.isEmpty()) {
            return Finding.ok(Finding.CLUSTER, "clocks agree within a second");
        }
        String more = differing.size() > MAX_PAIRS ? ", and " + (differing.size() - MAX_PAIRS) + " pairs more" : "";
        return Finding.warn(
                Finding.CLUSTER,
                "clocks differ: " + String.join(", ", differing.subList(0, Math.min(MAX_PAIRS, differing.size())))
                        + more,
                "run a time service on all nodes ('timedatectl set-ntp true'); captures of several nodes would be out of order");
    }

    /** Whether all agents are of one version. */
    public static Finding versions(Collection<NodeFacts> nodes) {
        Map<String, List<String>> versions = namesBy(nodes, NodeFacts::version);
        return versions.size() <= 1
                ? Finding.ok(Finding.CLUSTER, "all agents have version " + String.join("", versions.keySet()))
                : Finding.warn(Finding.CLUSTER, "agents have versions " + told(versions), "upgrade the older ones");
    }

    /** Whether pods send packets of one length everywhere. */
    public static Finding podMtus(Collection<NodeFacts> nodes) {
        Map<Integer, List<String>> mtus = namesBy(nodes, NodeFacts::podMtuBytes);
        return mtus.size() <= 1
                ? Finding.ok(
                        Finding.CLUSTER,
                        "pods have one MTU"
                                + mtus.keySet().stream()
                                        .map(mtu -> ": " + mtu + " bytes")
                                        .collect(Collectors.joining()))
                : Finding.warn(
                        Finding.CLUSTER,
                        "pods' MTU is " + told(mtus),
                        "give all underlay interfaces one MTU and restart the agents; until then UDP is fragmented or refused where it does not fit");
    }

    private static <K extends Comparable<K>> Map<K, List<String>> namesBy(
            Collection<NodeFacts> nodes, Function<NodeFacts, K> property) {
        return nodes.stream()
                .collect(Collectors.groupingBy(
                        property, TreeMap::new, Collectors.mapping(NodeFacts::name, Collectors.toList())));
    }

    /** {@code 1230 on node-c, 1450 on node-a and node-b}. */
    private static String told(Map<?, List<String>> namesByProperty) {
        return namesByProperty.entrySet().stream()
                .map(entry -> entry.getKey() + " on " + String.join(" and ", entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
