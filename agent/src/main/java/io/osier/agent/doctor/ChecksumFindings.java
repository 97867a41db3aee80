package io.osier.agent.doctor;

import java.util.List;
import java.util.stream.Stream;

/** Whether transport checksums stay partial between two nodes (remote checksum offload), and who is in the way if not. */
final class ChecksumFindings {
    private ChecksumFindings() {}

    static Finding of(NodeFacts from, NodeFacts to) {
        String about = TunnelCheckup.about(from, to.name());
        if (from.peer(to.name()).path("remoteChecksum").asBoolean(true)) {
            return Finding.ok(about, "checksums: nobody computes them (remote checksum offload)");
        }
        List<NodeFacts> without =
                Stream.of(from, to).filter(node -> !node.offloadsChecksums()).toList();
        if (without.isEmpty()) {
            return Finding.warn(
                    about,
                    "checksums: computed in full, since " + to.name() + " has not announced that it takes partial ones",
                    "restart its agent, and upgrade it if that does not help; bulk transfers are slower until then");
        }
        String names =
                String.join(" and ", without.stream().map(NodeFacts::name).toList());
        String text = "checksums: computed in full, for want of checksum offload at " + names;
        boolean chosen = without.stream().allMatch(NodeFacts::couldOffloadChecksums);
        return chosen
                ? Finding.warn(
                        about,
                        text,
                        "set 'offloads: auto' in the configuration of " + names
                                + " and restart the agent; bulk transfers are slower until then")
                : Finding.note(about, text, "nothing, or another kernel there: bulk transfers are slower");
    }
}
