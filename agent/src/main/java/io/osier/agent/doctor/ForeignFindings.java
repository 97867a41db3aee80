package io.osier.agent.doctor;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a node's agent knows of the ways to nodes that have none. */
public final class ForeignFindings {
    private ForeignFindings() {}

    /** Judges the ways from this node; nobody answers probes at the other end. */
    public static List<Finding> of(NodeFacts from) {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode peer : from.json().path("peers")) {
            if (!peer.path("foreign").asBoolean()) {
                continue;
            }
            String name = peer.path("name").asString();
            String about = TunnelCheckup.about(from, name);
            int pathMtuBytes = PathFindings.pathMtuBytes(from, name, from.podMtuBytes());
            if (pathMtuBytes < from.podMtuBytes()) {
                findings.add(Finding.warn(
                        about,
                        "full-size: the path takes " + pathMtuBytes + " bytes, while pods may send "
                                + from.podMtuBytes(),
                        "see 'ip route get " + peer.path("address").asString() + "' on " + from.name()));
            }
            if (!peer.path("remoteChecksum").asBoolean() && from.offloadsChecksums()) {
                findings.add(
                        Finding.note(
                                about,
                                "checksums: computed in full, since the foreign node is not known to take partial ones",
                                "if it is a Linux device made with 'remcsumtx remcsumrx', create the node with '--remote-checksum'"));
            }
        }
        return findings;
    }
}
