package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.policy.IpBlock;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PeerSet;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyRule;
import io.osier.dataplane.policy.PortRange;
import io.osier.dataplane.simulation.SimulatedClock;
import io.osier.dataplane.simulation.SimulatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Two nodes whose pods NetworkPolicies isolate: a vocabulary for such tests. */
abstract class PolicyScenario extends TwoNodeScenario {
    static final String CLIENT_6 =
            SimulatedCluster.IPV6.pods().of(IpAddress.parse(CLIENT)).toString();
    static final String NEAR_6 =
            SimulatedCluster.IPV6.pods().of(IpAddress.parse(NEAR)).toString();

    /** As the simulated clock tells it. */
    private static final long LONG_AGO =
            new SimulatedClock().nanoTime() - Duration.ofHours(1).toNanos();

    /** The same of a pod that has been isolated just now. */
    PodPolicy fresh(PodPolicy policy) {
        return new PodPolicy(policy.ingress(), policy.egress(), cluster.clock().nanoTime());
    }

    static PodPolicy ingress(PolicyRule... rules) {
        return new PodPolicy(isolation(rules), null, LONG_AGO);
    }

    static PodPolicy egress(PolicyRule... rules) {
        return new PodPolicy(null, isolation(rules), LONG_AGO);
    }

    static PodPolicy both(PolicyRule... rules) {
        return new PodPolicy(isolation(rules), isolation(rules), LONG_AGO);
    }

    private static Isolation isolation(PolicyRule... rules) {
        return new Isolation("default/test", List.of(rules));
    }

    /** Everything of these pods. */
    static PolicyRule everythingOf(String... pods) {
        return new PolicyRule("default/test, rule 1", pods(pods), List.of());
    }

    /** TCP at this port of these pods. */
    static PolicyRule tcpPort(int port, String... pods) {
        return new PolicyRule("default/test, rule 1", pods(pods), List.of(new PortRange(IpProtocol.TCP, port, port)));
    }

    /** UDP at this port of anybody. */
    static PolicyRule udpPort(int port) {
        return new PolicyRule(
                "default/test, rule 1", PeerSet.ANYBODY, List.of(new PortRange(IpProtocol.UDP, port, port)));
    }

    static PolicyRule block(String cidr, String... except) {
        List<IpPrefix> exceptions = Stream.of(except).map(IpPrefix::parse).toList();
        return new PolicyRule(
                "default/test, rule 1",
                PeerSet.of(List.of(), List.of(new IpBlock(IpPrefix.parse(cidr), exceptions))),
                List.of());
    }

    private static PeerSet pods(String... pods) {
        return PeerSet.of(
                Stream.of(pods)
                        .map(IpAddress::parse)
                        .flatMap(address -> SimulatedCluster.addressesOf(address).stream())
                        .toList(),
                List.of());
    }
}
