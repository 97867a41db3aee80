package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.FilterListing;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.ListedFamily;
import io.osier.dataplane.service.RulesListing;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.service.ServicePolicy.Locality;
import io.osier.dataplane.service.VirtualService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Clients that are no pods come in by the host: what they meet at node ports, at addresses of others that lead here, and at a load
 * balancer's.
 */
class OutsideClientTest extends TwoNodeScenario {
    private static final String OUTSIDER = "203.0.113.9";
    private static final String NODE_PORTS = "10.111.255.255";
    private static final String BALANCER = "198.51.100.1";
    private static final String NEAR_WEB = NEAR + ":8080";
    private static final String FAR_WEB = FAR + ":8080";

    private VirtualService nodePort(Locality locality, List<String> backends, List<String> near) {
        return cluster.exposed(
                "default/web",
                NODE_PORTS,
                30080,
                new ServicePolicy(Exposure.NODE_PORT, locality, 0, List.of()),
                backends,
                near);
    }

    private VirtualService balancer(List<String> ranges) {
        return cluster.exposed(
                "default/web",
                BALANCER,
                80,
                new ServicePolicy(
                        Exposure.LOAD_BALANCER,
                        Locality.NOBODY,
                        0,
                        ranges.stream().map(IpPrefix::parse).toList()),
                List.of(NEAR_WEB),
                List.of());
    }

    /** A packet that node-a's host has routed here: with the host's own MAC address, as all of its packets. */
    private void knock(String from, int fromPort, String to, int toPort) {
        send(
                nodeA.host(),
                tcp().from(from, fromPort)
                        .fromMac(macOf(GATEWAY_A))
                        .to(to, toPort)
                        .syn());
    }

    @Test
    void anyPodAnswersAndSeesTheGateway() {
        nodePort(Locality.NOBODY, List.of(FAR_WEB), List.of());

        knock(OUTSIDER, 4000, NODE_PORTS, 30080);
        assertThat(far.drain()).containsExactly(GATEWAY_A + ":4000 > " + FAR + ":8080 tcp [S]");

        send(far, tcp().from(FAR, 8080).to(GATEWAY_A, 4000).synAck());
        assertThat(nodeA.host().drain()).containsExactly(NODE_PORTS + ":30080 > " + OUTSIDER + ":4000 tcp [S.]");
    }

    /** Endpoint-independent mapping (RFC 4787, section 4.1), across services and backends. */
    @Test
    void everyBackendSeesAClientUnderOnePortThatIsNobodyElses() {
        nodePort(Locality.NOBODY, List.of(FAR_WEB), List.of());
        cluster.exposed(
                "default/db",
                NODE_PORTS,
                30081,
                new ServicePolicy(Exposure.NODE_PORT, Locality.NOBODY, 0, List.of()),
                List.of(NEAR_WEB),
                List.of());
        String another = "203.0.113.10";

        knock(OUTSIDER, 4000, NODE_PORTS, 30080);
        assertThat(far.drain()).as("its own").containsExactly(GATEWAY_A + ":4000 > " + FAR + ":8080 tcp [S]");
        knock(another, 4000, NODE_PORTS, 30080);
        String seen = far.drain().get(0).split(" > ", -1)[0];
        assertThat(seen).startsWith(GATEWAY_A).isNotEqualTo(GATEWAY_A + ":4000");

        knock(another, 4000, NODE_PORTS, 30081);
        assertThat(near.drain())
                .as("its own would be free here, too")
                .containsExactly(seen + " > " + NEAR + ":8080 tcp [S]");
        knock(OUTSIDER, 4000, NODE_PORTS, 30081);
        assertThat(near.drain()).containsExactly(GATEWAY_A + ":4000 > " + NEAR + ":8080 tcp [S]");
    }

    @Test
    void whatComesByTheTunnelToTheNodesOwnPortIsTheHosts() {
        ServicePolicy policy = new ServicePolicy(Exposure.NODE_ADDRESS, Locality.NOBODY, 0, List.of());
        cluster.exposed("default/web", GATEWAY_A, 30080, policy, List.of(FAR_WEB), List.of());

        send(
                nodeB.host(),
                tcp().from(OUTSIDER, 4000)
                        .fromMac(macOf(GATEWAY_B))
                        .to(GATEWAY_A, 30080)
                        .syn());
        assertThat(nodeA.host().drain()).containsExactly(OUTSIDER + ":4000 > " + GATEWAY_A + ":30080 tcp [S]");
        assertThat(far.drain()).isEmpty();

        send(client, tcp().from(CLIENT, 4000).to(GATEWAY_A, 30080).syn());
        assertThat(far.drain()).as("its own pods need no host").hasSize(1);
    }

    @Test
    void aNodesAddressThatAServiceHasTooKeepsItsOtherPorts() {
        String node = "172.30.0.2";
        ServicePolicy policy =
                new ServicePolicy(Exposure.EXTERNAL_IP, Locality.NOBODY, 0, List.of(), FlowPolicy.DEFAULT, true);
        cluster.exposed("default/web", node, 80, policy, List.of(FAR_WEB), List.of());

        send(client, tcp().from(CLIENT, 4000).to(node, 80).via(GATEWAY_A).syn());
        assertThat(far.drain()).hasSize(1);
        send(client, tcp().from(CLIENT, 4001).to(node, 22).via(GATEWAY_A).syn());
        assertThat(nodeA.host().drain()).containsExactly(CLIENT + ":4001 > " + node + ":22 tcp [S]");
        assertThat(nodeA.dropped(DropReason.NO_SERVICE_PORT)).isZero();
    }

    @Test
    void withTheLocalPolicyAPodOfTheNodeAnswersAndSeesTheClient() {
        nodePort(Locality.OUTSIDERS, List.of(NEAR_WEB, FAR_WEB), List.of(NEAR_WEB));

        for (int port = 4000; port < 4010; port++) {
            knock(OUTSIDER, port, NODE_PORTS, 30080);
            assertThat(near.drain()).containsExactly(OUTSIDER + ":" + port + " > " + NEAR + ":8080 tcp [S]");
        }
        send(
                near,
                tcp().from(NEAR, 8080)
                        .to(OUTSIDER, 4000)
                        .toMac(macOf(GATEWAY_A))
                        .synAck());
        assertThat(nodeA.host().drain()).containsExactly(NODE_PORTS + ":30080 > " + OUTSIDER + ":4000 tcp [S.]");
    }

    @Test
    void withTheLocalPolicyANodeWithoutAPodDrops() {
        nodePort(Locality.OUTSIDERS, List.of(FAR_WEB), List.of());

        knock(OUTSIDER, 4000, NODE_PORTS, 30080);
        assertThat(far.drain()).isEmpty();
        assertThat(nodeA.host().drain()).as("no answer at all").isEmpty();
        assertThat(nodeA.dropped(DropReason.NO_LOCAL_ENDPOINT)).isOne();
    }

    @Test
    void podsReachAllPodsWhateverIsSaidOfOutsiders() {
        nodePort(Locality.OUTSIDERS, List.of(FAR_WEB), List.of());

        send(client, tcp().from(CLIENT, 4000).to(NODE_PORTS, 30080).syn());
        assertThat(far.drain())
                .as("under their own address")
                .containsExactly(CLIENT + ":4000 > " + FAR + ":8080 tcp [S]");
    }

    @Test
    void aServiceWithoutEndpointsIsRejected() {
        nodePort(Locality.OUTSIDERS, List.of(), List.of());

        knock(OUTSIDER, 4000, NODE_PORTS, 30080);
        assertThat(nodeA.host().drain()).singleElement().asString().contains("icmp");
        assertThat(nodeA.dropped(DropReason.NO_ENDPOINT)).isOne();
    }

    @Test
    void podsCanBeKeptToTheirNodeToo() {
        cluster.exposed(
                "default/web",
                "10.96.0.10",
                80,
                new ServicePolicy(Exposure.CLUSTER_IP, Locality.EVERYBODY, 0, List.of()),
                List.of(NEAR_WEB, FAR_WEB),
                List.of(NEAR_WEB));

        for (int port = 4000; port < 4010; port++) {
            send(client, tcp().from(CLIENT, port).to("10.96.0.10", 80).syn());
            assertThat(near.drain()).containsExactly(CLIENT + ":" + port + " > " + NEAR + ":8080 tcp [S]");
        }
    }

    @Test
    void aBalancersSourceRangesKeepOthersOut() {
        balancer(List.of("203.0.113.0/24", "192.0.2.7/32"));

        knock(OUTSIDER, 4000, BALANCER, 80);
        assertThat(near.drain()).hasSize(1);
        knock("192.0.2.8", 4000, BALANCER, 80);
        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.dropped(DropReason.SOURCE_NOT_ALLOWED)).isOne();
    }

    @Test
    void anotherPortOfABalancersAddressIsNobodys() {
        balancer(List.of());

        knock(OUTSIDER, 4000, BALANCER, 81);
        assertThat(nodeA.host().drain())
                .as("and does not come back to the host for ever")
                .singleElement()
                .asString()
                .contains("icmp");
        assertThat(nodeA.dropped(DropReason.NO_SERVICE_PORT)).isOne();
    }

    @Test
    void anotherPortOfTheNodesOwnAddressIsTheHosts() {
        cluster.exposed(
                "default/web",
                GATEWAY_A,
                30080,
                new ServicePolicy(Exposure.NODE_ADDRESS, Locality.NOBODY, 0, List.of()),
                List.of(FAR_WEB),
                List.of());

        send(client, tcp().from(CLIENT, 4000).to(GATEWAY_A, 22).syn());
        assertThat(nodeA.host().drain()).containsExactly(CLIENT + ":4000 > " + GATEWAY_A + ":22 tcp [S]");
        send(client, tcp().from(CLIENT, 4001).to(GATEWAY_A, 30080).syn());
        assertThat(far.drain()).containsExactly(GATEWAY_A + ":4001 > " + FAR + ":8080 tcp [S]");
    }

    @Test
    void theRulesSayItAsKubeProxyDoes() {
        VirtualService inside = cluster.exposed(
                "default/web", "10.96.0.10", 80, ServicePolicy.DEFAULT, List.of(NEAR_WEB, FAR_WEB), List.of());
        VirtualService port = nodePort(Locality.OUTSIDERS, List.of(NEAR_WEB, FAR_WEB), List.of(NEAR_WEB));
        knock(OUTSIDER, 4000, NODE_PORTS, 30080);
        near.drain();

        String rules = RulesListing.of(
                List.of(inside, port), ListedFamily.IPV4, true, IpPrefix.parse("10.32.0.0/12"), List.of());
        assertThat(rules.lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsSubsequence(
                        "1 40 KUBE-NODEPORTS all -- * * 0.0.0.0/0 !127.0.0.0/8 /* kubernetes service nodeports; NOTE: this"
                                + " must be the last rule in this chain */ ADDRTYPE match dst-type LOCAL",
                        "Chain KUBE-NODEPORTS (1 references)",
                        "1 40 KUBE-EXT-LOLE4ISW44XBNF3G tcp -- * * 0.0.0.0/0 0.0.0.0/0 /* default/web */ tcp dpt:30080",
                        "Chain KUBE-EXT-LOLE4ISW44XBNF3G (1 references)",
                        "0 0 KUBE-SVC-LOLE4ISW44XBNF3G all -- * * 10.32.0.0/12 0.0.0.0/0 /* pod traffic for default/web"
                                + " external destinations */",
                        "0 0 KUBE-MARK-MASQ all -- * * 0.0.0.0/0 0.0.0.0/0 /* masquerade LOCAL traffic for default/web"
                                + " external destinations */ ADDRTYPE match src-type LOCAL",
                        "0 0 KUBE-SVC-LOLE4ISW44XBNF3G all -- * * 0.0.0.0/0 0.0.0.0/0 /* route LOCAL traffic for"
                                + " default/web external destinations */ ADDRTYPE match src-type LOCAL",
                        "1 40 KUBE-SVL-LOLE4ISW44XBNF3G all -- * * 0.0.0.0/0 0.0.0.0/0",
                        "Chain KUBE-SVC-LOLE4ISW44XBNF3G (3 references)",
                        "Chain KUBE-SVL-LOLE4ISW44XBNF3G (1 references)",
                        "Chain KUBE-MARK-MASQ (3 references)",
                        "Chain KUBE-POSTROUTING (1 references)");
    }

    private static List<String> filter(VirtualService... services) {
        return FilterListing.of(
                        List.of(services), ListedFamily.IPV4, true, new FilterListing.Established(0, 0), Map.of())
                .lines()
                .filter(line -> line.contains("default/web"))
                .map(line -> line.replaceAll(" +", " ").strip())
                .toList();
    }

    @Test
    void theFilterTableCountsWhomTheRangesKeepOut() {
        VirtualService balancer = balancer(List.of("203.0.113.0/24", "192.0.2.7/32"));
        knock(OUTSIDER, 4000, BALANCER, 80);
        knock("192.0.2.8", 4000, BALANCER, 80);

        assertThat(filter(balancer))
                .containsExactly("1 40 DROP tcp -- * * 0.0.0.0/0 198.51.100.1 /* default/web traffic not accepted by"
                        + " KUBE-FW-LOLE4ISW44XBNF3G */ tcp dpt:80");
        assertThat(RulesListing.ofNat(
                                List.of(balancer), ListedFamily.IPV4, true, IpPrefix.parse("10.32.0.0/12"), List.of())
                        .lines()
                        .map(line -> line.replaceAll(" +", " ").strip()))
                .containsSubsequence(
                        "2 80 KUBE-FW-LOLE4ISW44XBNF3G tcp -- * * 0.0.0.0/0 198.51.100.1 /* default/web loadbalancer IP"
                                + " */ tcp dpt:80",
                        "1 40 KUBE-EXT-LOLE4ISW44XBNF3G all -- * * 203.0.113.0/24 0.0.0.0/0 /* default/web loadbalancer"
                                + " IP */",
                        "0 0 KUBE-EXT-LOLE4ISW44XBNF3G all -- * * 192.0.2.7 0.0.0.0/0 /* default/web loadbalancer IP */",
                        "1 40 all -- * * 0.0.0.0/0 0.0.0.0/0 /* other traffic to default/web will be dropped by"
                                + " KUBE-PROXY-FIREWALL */");
    }

    @Test
    void theFilterTableDropsOrRejectsWhatFindsNoEndpoint() {
        VirtualService kept = nodePort(Locality.OUTSIDERS, List.of(FAR_WEB), List.of());
        knock(OUTSIDER, 4000, NODE_PORTS, 30080);
        assertThat(filter(kept))
                .containsExactly("1 40 DROP tcp -- * * 0.0.0.0/0 0.0.0.0/0 /* default/web has no local endpoints */"
                        + " ADDRTYPE match dst-type LOCAL tcp dpt:30080");

        VirtualService empty = nodePort(Locality.OUTSIDERS, List.of(), List.of());
        knock(OUTSIDER, 4001, NODE_PORTS, 30080);
        knock(OUTSIDER, 4002, NODE_PORTS, 30080);
        assertThat(filter(empty))
                .containsExactly("2 80 REJECT tcp -- * * 0.0.0.0/0 0.0.0.0/0 /* default/web has no endpoints */"
                        + " ADDRTYPE match dst-type LOCAL tcp dpt:30080 reject-with icmp-port-unreachable");
        assertThat(RulesListing.ofNat(
                        List.of(empty), ListedFamily.IPV4, false, IpPrefix.parse("10.32.0.0/12"), List.of()))
                .doesNotContain("REJECT", "default/web");
        assertThat(RulesListing.of(List.of(empty), ListedFamily.IPV4, false, IpPrefix.parse("10.32.0.0/12"), List.of()))
                .contains("REJECT ");
    }
}
