package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Beside its IPv4 address each pod has an IPv6 address that says it, and all that works by the one works by the other. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class DualStackTest {
    private static final EmbeddingPrefix PODS = EmbeddingPrefix.parse("fd6f:7369:6572:1::/96");

    private static String a1 = "";
    private static String b1 = "";

    @BeforeAll
    static void createPods() {
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
        a1 = podIp6("a1");
        b1 = podIp6("b1");
    }

    private static String podIp6(String pod) {
        return PODS.of(IpAddress.parse(podIp(pod))).toString();
    }

    @Test
    void bothAddressesAreShown() {
        assertThat(osier("get", "pods", "a1", "-o", "json").succeeded().out())
                .containsSubsequence("\"podIPs\" :", podIp("a1"), a1);
        assertThat(osier("get", "nodes", "-o", "json").succeeded().out())
                .contains("10.32.0.0/24", "fd6f:7369:6572:1::a20:0/120");
        assertThat(in("a1", "ip -6 -o addr show dev eth0").succeeded().out())
                .contains(a1 + "/108", "fe80::858:aff:fe20:")
                .doesNotContain("tentative");
    }

    @Test
    void aPingCrossesTheNodesAsIfOnOneWire() {
        assertThat(in("a1", "ping -6 -c 3 -i 0.2 " + b1).succeeded().out())
                .contains("ttl=64")
                .contains(" 0% packet loss")
                .doesNotContain("DUP");
    }

    @Test
    void everyNodeReachesEveryPodAndBack() {
        in("node-a", "ping -6 -c 1 -W 2 " + a1).succeeded();
        in("node-a", "ping -6 -c 1 -W 2 " + b1).succeeded();
        in("a1", "ping -6 -c 1 -W 2 " + PODS.of(IpAddress.parse("10.32.0.1"))).succeeded();
        in("a1", "ping -6 -c 1 -W 2 " + PODS.of(IpAddress.parse("10.32.1.1"))).succeeded();
    }

    @Test
    void theOutsideSeesTheNodesAddress() {
        bash("""
                ip -n osier-underlay addr add 2001:db8:30::fe/64 dev underlay0 nodad
                ip -n node-a addr add 2001:db8:30::1/64 dev eth0 nodad
                """).succeeded();

        in("a1", "ping -6 -c 2 -i 0.2 -W 2 2001:db8:30::fe").succeeded(); // who has no way back to pods
    }

    @Test
    void aLargePacketFitsOrIsFragmentedByTheSender() {
        in("a1", "ping -6 -c 1 -W 2 -M do -s 1402 " + b1).succeeded(); // 1450 with its headers: the pod's MTU
        assertThat(in("a1", "ping -6 -c 1 -W 2 -M do -s 1403 " + b1).exitCode()).isNotZero();
        in("a1", "ping -6 -c 1 -W 2 -s 4000 " + b1).succeeded();
    }

    @Test
    void aPodThatClaimsAnothersAddressIsCaught() {
        String other = PODS.of(IpAddress.parse("10.32.0.77")).toString();
        in("a1", "ip addr add " + other + "/128 dev eth0 nodad").succeeded();
        try {
            assertThat(in("a1", "ping -6 -c 1 -W 1 -I " + other + " " + b1).exitCode())
                    .isNotZero();
        } finally {
            in("a1", "ip addr del " + other + "/128 dev eth0").succeeded();
        }
        assertThat(osier("--node", "node-a", "drops").succeeded().out()).contains("spoofed-address");
    }
}
