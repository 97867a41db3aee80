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
            findings.add(ofTraffic(about, from, peer));
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

    /** What has come from there is the only answer. */
    private static Finding ofTraffic(String about, NodeFacts from, JsonNode peer) {
        long received = peer.path("receivedPackets").asLong();
        if (received > 0) {
            return Finding.ok(about, "tunnel: " + received + " packets have come from there");
        }
        long transmitted = peer.path("transmittedPackets").asLong();
        return Finding.note(
                about,
                "tunnel: nothing has come from there yet"
                        + (transmitted > 0 ? ", " + transmitted + " packets were sent" : "")
                        + "; no agent answers probes there",
                "ping an address of it from a pod, and watch UDP port 4789 at "
                        + peer.path("address").asString()
                        + ": its VXLAN device needs VNI "
                        + from.text("vni") + " and an entry for "
                        + from.underlay() + " ('ip -d link', 'bridge fdb')");
    }
}
