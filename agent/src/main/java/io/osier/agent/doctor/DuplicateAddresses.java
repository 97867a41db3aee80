package io.osier.agent.doctor;

import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodStatus;
import io.osier.agent.model.Service;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Addresses and ranges that more than one has, as the store knows them. */
public final class DuplicateAddresses {
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, String> owners = new HashMap<>();

    private DuplicateAddresses() {}

    /** Looks through all that has an address. */
    public static List<Finding> find(List<Node> nodes, List<Pod> pods, List<Service> services) {
        DuplicateAddresses search = new DuplicateAddresses();
        for (Node node : nodes) {
            search.claim(
                    "underlay address " + node.underlayAddress(),
                    "node " + node.metadata().name());
        }
        search.ranges(nodes);
        for (Pod pod : pods) {
            for (PodStatus.PodIP address : pod.status().podIPs()) {
                search.claim(
                        "pod address " + address.ip(), "pod " + pod.metadata().name());
            }
        }
        for (Service service : services) {
            for (IpAddress address : service.spec().addresses()) {
                search.claim(
                        "service address " + address,
                        "service " + service.metadata().name());
            }
        }
        return search.findings.isEmpty()
                ? List.of(Finding.ok(Finding.CLUSTER, "no address is anybody's twice"))
                : search.findings;
    }

    private void ranges(List<Node> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            for (Node other : nodes.subList(i + 1, nodes.size())) {
                Node node = nodes.get(i);
                for (String cidr : node.spec().podCIDRs()) {
                    for (String another : other.spec().podCIDRs()) {
                        if (IpPrefix.parse(cidr).overlaps(IpPrefix.parse(another))) {
                            findings.add(Finding.fail(
                                    Finding.CLUSTER,
                                    "pod ranges " + cidr + " of node "
                                            + node.metadata().name() + " and " + another + " of node "
                                            + other.metadata().name() + " overlap",
                                    "delete one of the two nodes, and give it another --pod-cidr if it is foreign"));
                        }
                    }
                }
            }
        }
    }

    private void claim(String address, String owner) {
        String present = owners.putIfAbsent(address, owner);
        if (present != null) {
            findings.add(Finding.fail(
                    Finding.CLUSTER,
                    address + " is both " + present + "'s and " + owner + "'s",
                    "delete one of the two"));
        }
    }
}
