package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is broken is found, named with its direction, and nothing else is complained of. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class DoctorTest {
    private static final String AGENT_OF_B = "$(cat /run/osier/lab/node-b/agent.pid)";

    @AfterEach
    void mend() {
        in(
                "node-b",
                "nft delete table ip broken 2>/dev/null; ip link del eth9 2>/dev/null; sysctl -qw net.ipv4.ip_forward=1");
        bash("ip -n osier-underlay link set node-b mtu 1500; ip -n node-b link set eth0 mtu 1500; kill -CONT "
                        + AGENT_OF_B)
                .succeeded();
        awaitMtu("node-a");
        awaitMtu("node-b");
    }

    /** What a node believes to fit is asked of the kernel every few seconds. */
    private static void awaitMtu(String node) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                osier("--node", node, "status").succeeded().out())
                        .contains("MTU 1450"));
    }

    @Test
    void aHealthyClusterIsWell() {
        Shell.Result result = osier("doctor").succeeded();

        assertThat(result.out())
                .contains("node-a -> node-b\n  ok    tunnel: all probes arrived\n")
                .contains("node-b -> node-a\n  ok    tunnel: all probes arrived\n")
                .contains("  ok    full-size: packets of 1450 bytes arrive\n")
                .endsWith("all is well\n")
                .doesNotContain("FAIL")
                .doesNotContain("warn");
    }

    @Test
    void aFirewallInOneDirectionIsFound() {
        in(
                        "node-b",
                        "nft add table ip broken && nft add chain ip broken in '{ type filter hook input priority 0; }'"
                                + " && nft add rule ip broken in ip saddr 172.30.0.1 udp dport 4789 drop")
                .succeeded();

        Shell.Result result = osier("doctor");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .contains("node-a -> node-b\n  FAIL  tunnel: none of 3 probes arrived, while the other way is open\n")
                .contains("UDP port 4789 from 172.30.0.1 must reach 172.30.0.2")
                .contains("node-b -> node-a\n  ok    tunnel: all probes arrived\n")
                .endsWith("1 failure, 0 warnings\n");
    }

    @Test
    void anUnderlayThatSwallowsLongPacketsIsFound() {
        bash("ip -n osier-underlay link set node-b mtu 1300").succeeded();

        Shell.Result result = osier("doctor");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .contains("  FAIL  full-size: no packet of 1450 bytes arrived\n")
                .contains("node-a -> node-b\n  ok    tunnel: all probes arrived\n")
                .contains("the underlay drops packets of 1500 bytes without saying so");
    }

    @Test
    void anAgentThatHangsIsNamed() {
        bash("kill -STOP " + AGENT_OF_B).succeeded();

        Shell.Result result = osier("--node", "node-a", "doctor");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .contains("node-b\n  FAIL  its agent does not answer")
                .contains("to do: start it");
    }

    @Test
    void anUnderlayDeviceThatBecameNarrowerIsNamed() {
        bash("ip -n node-b link set eth0 mtu 1300").succeeded();

        String told = osier("doctor").out();

        assertThat(told)
                .contains(
                        "  warn  underlay: eth0 takes packets of 1300 bytes, while pods may send 1450 and the tunnel adds 50\n")
                .contains("        to do: 'ip link set dev eth0 mtu 1500', or restart the agent")
                .containsPattern("""
                        node-a -> node-b
                          ok    tunnel: all probes arrived
                          (FAIL|warn)  full-size: .*: eth0 of node-b takes 1300
                        """)
                .contains("  ok    checksums: nobody computes them (remote checksum offload)\n");
    }

    @Test
    void anAgentWithoutOffloadsHasItsPairsComputeChecksums() {
        String config = "/run/osier/lab/node-b/agent.yaml";
        bash("echo 'offloads: none' >> " + config).succeeded();
        try {
            osier("lab", "restart", "node-b").succeeded();
            Shell.Result result = osier("doctor").succeeded();

            String checksums = "  warn  checksums: computed in full, for want of checksum offload at node-b\n"
                    + "        to do: set 'offloads: auto' in the configuration of node-b and restart the agent";
            assertThat(result.out())
                    .containsSubsequence("node-a -> node-b\n", checksums, "node-b -> node-a\n", checksums)
                    .endsWith("0 failures, 3 warnings\n");
        } finally {
            bash("sed -i '/^offloads:/d' " + config).succeeded();
            osier("lab", "restart", "node-b").succeeded();
        }
    }

    @Test
    void forwardingThatIsOffAndAnAddressOfThePodsAreFound() {
        bash("ip netns exec node-b sysctl -qw net.ipv4.ip_forward=0; ip -n node-b link add eth9 type bridge;"
                        + " ip -n node-b addr add 10.40.0.1/24 dev eth9")
                .succeeded();

        Shell.Result result = osier("doctor");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .contains("  FAIL  eth9 has 10.40.0.1, which is of the cluster's range 10.32.0.0/12\n")
                .contains("  FAIL  ip_forward is off: pods do not reach the outside\n"
                        + "        to do: 'sysctl -w net.ipv4.ip_forward=1'")
                .endsWith("2 failures, 0 warnings\n");
    }
}
