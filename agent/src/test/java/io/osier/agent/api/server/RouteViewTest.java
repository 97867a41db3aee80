package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import org.junit.jupiter.api.Test;

/** One route, told in both families. */
class RouteViewTest {
    private static final RouteView VIEW = new RouteView(
            new NodeSettings(
                    "node-a",
                    IpPrefix.parse("10.32.0.0/12"),
                    IpPrefix.parse("10.96.0.0/12"),
                    new Ipv6Ranges(EmbeddingPrefix.parse("fd00:1::/96"), IpPrefix.parse("fd00:2::/112")),
                    IpPrefix.parse("10.32.0.0/24"),
                    true),
            "osier0",
            "vxlan1");
    private static final Peer NODE_B = new Peer("node-b", IpAddress.parse("172.30.0.2"), false);

    @Test
    void theNodesOwnPods() {
        Route own = new Route(IpPrefix.parse("10.32.0.0/24"), null);
        assertThat(Json.text(VIEW.ipv4(own))).isEqualTo("""
                {"metadata":{"name":"10.32.0.0-24"},"destination":"10.32.0.0","gateway":"0.0.0.0","genmask":"255.255.255.0","flags":"U",\
                "mss":0,"window":0,"irtt":0,"iface":"osier0","node":"node-a"}""");
        assertThat(Json.text(VIEW.ipv6(own))).isEqualTo("""
                {"metadata":{"name":"fd00:1::a20:0-120"},"destination":"fd00:1::a20:0/120","nextHop":"::","flags":"U",\
                "metric":0,"ref":0,"use":0,"iface":"osier0","node":"node-a"}""");
    }

    @Test
    void thoseOfAnotherNode() {
        Route far = new Route(IpPrefix.parse("10.32.1.7/32"), NODE_B);
        assertThat(Json.text(VIEW.ipv4(far))).isEqualTo("""
                {"metadata":{"name":"10.32.1.7-32"},"destination":"10.32.1.7","gateway":"172.30.0.2","genmask":"255.255.255.255","flags":"UGH",\
                "mss":0,"window":0,"irtt":0,"iface":"vxlan1","node":"node-b"}""");
        assertThat(Json.text(VIEW.ipv6(far))).isEqualTo("""
                {"metadata":{"name":"fd00:1::a20:107-128"},"destination":"fd00:1::a20:107/128","nextHop":"172.30.0.2","flags":"UG",\
                "metric":0,"ref":0,"use":0,"iface":"vxlan1","node":"node-b"}""");
    }
}
