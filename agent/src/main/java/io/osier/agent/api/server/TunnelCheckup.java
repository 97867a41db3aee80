package io.osier.agent.api.server;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What became of the probes from one node to another.
 *
 * @param facts what the sender says of itself
 * @param other what the receiver does
 * @param small how many small ones arrived, of three
 * @param full how many of the longest that fit the pods' MTU
 * @param mtuBytes how long those were
 */
record TunnelCheckup(String from, JsonNode facts, String to, JsonNode other, int small, int full, int mtuBytes) {
    private static final int SENT = 3;

    private String about() {
        return from + " -> " + to;
    }

    /** @param otherWay whether probes arrive in the other direction */
    void addTo(List<Finding> findings, boolean otherWay) {
        if (small == 0) {
            findings.add(Finding.fail(
                    about(),
                    "tunnel: none of " + SENT + " probes arrived" + (otherWay ? ", while the other way is open" : ""),
                    "UDP port 4789 from " + underlay(facts) + " must reach " + underlay(other)
                            + ": look for a firewall on " + to
                            + " and on the way ('nft list ruleset', 'iptables -nvL'), and at 'osier --node "
                            + to + " drops'"));
            return;
        }
        findings.add(
                small == SENT
                        ? Finding.ok(about(), "tunnel: all probes arrived")
                        : Finding.warn(
                                about(),
                                "tunnel: " + small + " of " + SENT + " probes arrived",
                                "the underlay loses packets, or " + to + " is overloaded: see 'osier --node " + to
                                        + " drops' and 'ip -s link'"));
        addFullSize(findings);
        if (!remoteChecksum()) {
            findings.add(Finding.warn(
                    about(),
                    "checksums have to be computed, for want of checksum offload at one of the two",
                    "set 'offloads: auto' on both; bulk transfers are slower until then"));
        }
    }

    private void addFullSize(List<Finding> findings) {
        int pathMtuBytes = pathMtuBytes();
        if (full == 0) {
            findings.add(
                    Finding.fail(
                            about(),
                            "full-size: no packet of " + mtuBytes + " bytes arrived",
                            "the underlay drops packets of " + (mtuBytes + 50)
                                    + " bytes without saying so: make its interfaces' MTU what the way really takes ('ip link set dev eth0 mtu ...') and restart the agents"));
        } else if (pathMtuBytes < mtuBytes) {
            findings.add(
                    Finding.warn(
                            about(),
                            "full-size: the path takes " + pathMtuBytes + " bytes, while pods may send " + mtuBytes,
                            "TCP adapts, UDP is fragmented or refused: give all underlay interfaces one MTU and restart the agents"));
        } else {
            findings.add(Finding.ok(about(), "full-size: packets of " + mtuBytes + " bytes arrive"));
        }
    }

    private JsonNode peer() {
        for (JsonNode peer : facts.path("peers")) {
            if (peer.path("name").asString().equals(to)) {
                return peer;
            }
        }
        return facts.path("no such peer");
    }

    private int pathMtuBytes() {
        return peer().path("mtuBytes").asInt(mtuBytes);
    }

    private boolean remoteChecksum() {
        return peer().path("remoteChecksum").asBoolean(true);
    }

    private static String underlay(JsonNode facts) {
        return facts.path("underlay").asString();
    }
}
