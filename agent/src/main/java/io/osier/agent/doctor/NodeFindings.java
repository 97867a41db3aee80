package io.osier.agent.doctor;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a node's own facts say. */
public final class NodeFindings {
    private static final long SLOW_STORE_MILLIS = 500;

    private NodeFindings() {}

    /** Judges one node. */
    public static List<Finding> of(NodeFacts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(
                facts.name(),
                "agent " + facts.version() + " on Linux " + facts.text("kernel") + ", has " + facts.text("subnet")));
        store(findings, facts);
        clashes(findings, facts);
        underlay(findings, facts);
        if (facts.offloads().isEmpty() && facts.couldOffloadChecksums()) {
            findings.add(Finding.warn(
                    facts.name(),
                    "no offloads: every packet is carried by itself",
                    "set 'offloads: auto' in its configuration and restart the agent"));
        }
        findings.addAll(KernelFindings.of(facts));
        return findings;
    }

    private static void store(List<Finding> findings, NodeFacts facts) {
        String name = facts.name();
        String storeError = facts.text("storeError");
        long storeMillis = facts.json().path("storeMillis").asLong();
        if (!storeError.isEmpty()) {
            findings.add(Finding.fail(name, storeError, "pods go on; mend the store before anything is changed"));
            return;
        }
        findings.add(
                storeMillis > SLOW_STORE_MILLIS
                        ? Finding.warn(
                                name,
                                "the store took " + storeMillis + " ms to answer",
                                "look at the store's disk and load")
                        : Finding.ok(name, "store answers: " + facts.text("store")));
        int leases = facts.json().path("leases").asInt();
        if (leases != 1) {
            findings.add(Finding.fail(
                    name,
                    "holds " + leases + " leases instead of one",
                    "see 'osier get leases', and restart its agent"));
        }
    }

    private static void clashes(List<Finding> findings, NodeFacts facts) {
        for (JsonNode clash : facts.json().path("clashes")) {
            findings.add(
                    Finding.fail(
                            facts.name(),
                            clash.path("device").asString() + " has "
                                    + clash.path("address").asString()
                                    + ", which is of the cluster's range "
                                    + clash.path("range").asString(),
                            "give that device another address, or all agents other ranges (podRange, serviceRange in agent.yaml)"));
        }
    }

    /** The pods' MTU was chosen when the agent started; the device may have been changed since. */
    private static void underlay(List<Finding> findings, NodeFacts facts) {
        int takesBytes = facts.underlayMtuBytes();
        int neededBytes = facts.podMtuBytes() + facts.overheadBytes();
        if (takesBytes == 0 || takesBytes == neededBytes) {
            return;
        }
        String device = facts.underlayDevice();
        int fitsBytes = takesBytes - facts.overheadBytes();
        findings.add(
                takesBytes < neededBytes
                        ? Finding.warn(
                                facts.name(),
                                "underlay: " + device + " takes packets of " + takesBytes
                                        + " bytes, while pods may send " + facts.podMtuBytes() + " and the tunnel adds "
                                        + facts.overheadBytes(),
                                "'ip link set dev " + device + " mtu " + neededBytes
                                        + "', or restart the agent, so that pods send " + fitsBytes + " at most")
                        : Finding.note(
                                facts.name(),
                                "underlay: " + device + " takes packets of " + takesBytes
                                        + " bytes by now, and pods could send " + fitsBytes + " instead of "
                                        + facts.podMtuBytes(),
                                "restart the agent if all nodes' devices take as much"));
    }
}
