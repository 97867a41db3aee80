package io.osier.agent.doctor;

import io.osier.agent.pod.Ipv6Device;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a node's kernel lacks: a fault if the agent needs it, a note if it could only use it. */
final class KernelFindings {
    private KernelFindings() {}

    static List<Finding> of(NodeFacts facts) {
        JsonNode features = facts.features();
        if (!features.isObject()) {
            return List.of(); // an older agent's
        }
        List<Finding> findings = new ArrayList<>();
        needed(findings, facts, features);
        useful(findings, facts.name(), features);
        batches(findings, facts);
        ipv6(findings, facts, features);
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    facts.name(),
                    "kernel: TAPs, their offloads, UDP segmentation, nft tables and forwarding are as they should be"));
        }
        return findings;
    }

    private static void needed(List<Finding> findings, NodeFacts facts, JsonNode features) {
        String name = facts.name();
        String tap = features.path("tapProblem").asString("");
        if (!tap.isEmpty()) {
            findings.add(Finding.fail(
                    name,
                    "kernel: no new pod can get a device: " + tap,
                    "'modprobe tun', and let the agent have CAP_NET_ADMIN and CAP_SYS_ADMIN"));
        }
        List<String> udp = NodeFacts.words(features.path("udpOffloads"));
        if (!udp.contains("segment") || !udp.contains("gro")) {
            findings.add(Finding.fail(
                    name,
                    "kernel: its UDP sockets cannot cut and join datagrams (UDP_SEGMENT, UDP_GRO)",
                    "run Linux 5.0 or later"));
        }
        String nft = features.path("nftProblem").asString("");
        if (!nft.isEmpty()) {
            findings.add(
                    Finding.fail(
                            name,
                            "nft: what pods need to reach the outside, and node ports to be reached, cannot be set up: "
                                    + nft,
                            "'apt-get install nftables', and a kernel with nf_tables, nft_nat, nft_masq and nft_fib ('modprobe nf_tables')"));
        }
        if (!features.path("forwardsIpv4").asBoolean(true)) {
            findings.add(
                    Finding.fail(
                            name,
                            "ip_forward is off: pods do not reach the outside",
                            "'sysctl -w net.ipv4.ip_forward=1', and see who switched it off ('grep -r ip_forward /etc/sysctl*')"));
        }
        if (facts.json().has("subnet6") && !features.path("forwardsIpv6").asBoolean(true)) {
            findings.add(
                    Finding.fail(
                            name,
                            "forwarding of IPv6 is off: pods do not reach the outside by IPv6",
                            "'sysctl -w net.ipv6.conf.all.forwarding=1', and see who switched it off ('grep -r forwarding /etc/sysctl*')"));
        }
    }

    private static void useful(List<Finding> findings, String name, JsonNode features) {
        List<String> tap = NodeFacts.words(features.path("tapOffloads"));
        if (!features.path("tapProblem").asString("").isEmpty()) {
            return; // said already
        }
        if (!tap.contains("csum")) {
            findings.add(Finding.note(
                    name,
                    "kernel: TAPs do not take partial checksums, nor anything else undone",
                    "nothing, or another kernel: bulk transfers are slower"));
            return;
        }
        lacking(findings, name, tap, "tso4", "TCP over IPv4 in large pieces (TSO4)", "");
        lacking(findings, name, tap, "tso6", "TCP over IPv6 in large pieces (TSO6)", "");
        lacking(findings, name, tap, "uso4", "UDP in large pieces (USO)", "Linux 6.2 or later has it; ");
    }

    private static void batches(List<Finding> findings, NodeFacts facts) {
        if (facts.json().path("tapCalls").asString("").equals("single")) {
            findings.add(
                    Finding.note(
                            facts.name(),
                            "kernel: no io_uring for TAPs: each frame takes a system call of its own",
                            "Linux 6.5 or later has it, unless 'sysctl kernel.io_uring_disabled' forbids it; or do nothing: small packets are slower"));
        }
    }

    private static void lacking(
            List<Finding> findings, String name, List<String> tap, String offload, String what, String since) {
        if (!tap.contains(offload)) {
            findings.add(Finding.note(
                    name,
                    "kernel: TAPs do not take " + what,
                    since + "nothing has to be done: packets are carried one by one"));
        }
    }

    private static void ipv6(List<Finding> findings, NodeFacts facts, JsonNode features) {
        if (facts.json().has("subnet6")) {
            return;
        }
        if (!features.path("hasIpv6").asBoolean(true)) {
            findings.add(Finding.note(
                    facts.name(),
                    "kernel: no IPv6, so that pods have IPv4 addresses only",
                    "if IPv6 is wanted, boot without 'ipv6.disable=1' and restart the agent"));
        } else if (facts.podMtuBytes() < Ipv6Device.MIN_MTU_BYTES) {
            findings.add(Finding.note(
                    facts.name(),
                    "pods have no IPv6: it needs an MTU of " + Ipv6Device.MIN_MTU_BYTES + " bytes, and they have "
                            + facts.podMtuBytes(),
                    "if IPv6 is wanted, give the underlay an MTU of "
                            + (Ipv6Device.MIN_MTU_BYTES + facts.overheadBytes()) + " or more and restart the agent"));
        }
    }
}
