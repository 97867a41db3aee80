package io.osier.agent.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of the probes from one node to another.
 *
 * @param from the sender
 * @param to the receiver
 * @param small how many small ones arrived, of three
 * @param full how many of the longest that fit the pods' MTU
 * @param mtuBytes how long those were
 */
public record TunnelCheckup(NodeFacts from, NodeFacts to, int small, int full, int mtuBytes) {
    /** How many probes of each length a node sends. */
    public static final int SENT = 3;

    /** How a pair is called. */
    static String about(NodeFacts from, String to) {
        return from.name() + " -> " + to;
    }

    /** Whether this is the opposite direction to that one, and probes arrived. */
    public boolean isOpenAgainst(TunnelCheckup that) {
        return small > 0 && from.name().equals(that.to.name()) && to.name().equals(that.from.name());
    }

    /**
     * Judges one direction.
     *
     * @param otherWay whether probes arrive in the other
     */
    public List<Finding> findings(boolean otherWay) {
        List<Finding> findings = new ArrayList<>();
        String about = about(from, to.name());
        if (small == 0) {
            findings.add(Finding.fail(
                    about,
                    "tunnel: none of " + SENT + " probes arrived" + (otherWay ? ", while the other way is open" : ""),
                    "UDP port 4789 from " + from.underlay() + " must reach " + to.underlay()
                            + ": look for a firewall on " + to.name()
                            + " and on the way ('nft list ruleset', 'iptables -nvL'), and at 'osier --node "
                            + to.name() + " drops'"));
            return findings;
        }
        findings.add(
                small == SENT
                        ? Finding.ok(about, "tunnel: all probes arrived")
                        : Finding.warn(
                                about,
                                "tunnel: " + small + " of " + SENT + " probes arrived",
                                "the underlay loses packets, or " + to.name() + " is overloaded: see 'osier --node "
                                        + to.name() + " drops' and 'ip -s link'"));
        findings.add(PathFindings.of(this));
        findings.add(ChecksumFindings.of(from, to));
        return findings;
    }
}
