package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Linux kernel's own VXLAN device is the other node. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class ForeignNodeTest {
    private static final String KERNEL = "osier-t-kernel";

    @BeforeAll
    static void makeKernelNode() {
        bash("set -e; ip netns add " + KERNEL
                        + "; ip link add otk0 netns osier-underlay type veth peer name eth0 netns "
                        + KERNEL + "; ip -n osier-underlay link set otk0 up master $(ip -n osier-underlay -o link show"
                        + " type bridge | awk -F': ' '{print $2}'); ip -n " + KERNEL + " link set lo up; ip -n "
                        + KERNEL
                        + " addr add 172.30.0.9/24 dev eth0; ip -n " + KERNEL + " link set eth0 up; ip -n " + KERNEL
                        + " link add vxlan1 type vxlan id 1 dstport 4789 local 172.30.0.9 remote 172.30.0.1 dev eth0;"
                        + " bridge -n " + KERNEL + " fdb append 00:00:00:00:00:00 dev vxlan1 dst 172.30.0.2; ip -n "
                        + KERNEL + " addr add 10.32.9.5/12 dev vxlan1; ip -n " + KERNEL + " link set vxlan1 up")
                .succeeded();
        osier("create", "node", "kernel", "--address", "172.30.0.9", "--pod-cidr", "10.32.9.0/24")
                .succeeded();
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
    }

    @AfterAll
    static void removeKernelNode() {
        bash("ip netns del " + KERNEL).succeeded();
    }

    @Test
    void podsAndTheKernelsAddressReachEachOther() {
        assertThat(in("a1", "ping -c 2 -i 0.3 -W 2 10.32.9.5").succeeded().out())
                .contains("ttl=64");
        assertThat(in("b1", "ping -c 2 -i 0.3 -W 2 10.32.9.5").succeeded().out())
                .contains("ttl=64");
        assertThat(in(KERNEL, "ping -c 2 -i 0.3 -W 2 " + podIp("a1"))
                        .succeeded()
                        .out())
                .doesNotContain("DUP");
        in(KERNEL, "ping -c 2 -i 0.3 -W 2 " + podIp("b1")).succeeded();
    }

    @Test
    void itsMacAddressIsLearned() {
        in("a1", "ping -c 1 -W 2 10.32.9.5").succeeded();
        String mac = bash("ip -n " + KERNEL + " -o link show vxlan1 | sed 's/.*ether \\([^ ]*\\).*/\\1/'")
                .out()
                .trim();

        assertThat(osier("--node", "node-a", "get", "fdb").succeeded().out()).contains(mac);
    }

    @Test
    void aStrangersTunnelPacketIsCountedAndNotDelivered() {
        osier("delete", "node", "kernel").succeeded();
        try {
            assertThat(in(KERNEL, "ping -c 1 -W 1 " + podIp("a1")).exitCode()).isNotZero();
            assertThat(osier("--node", "node-a", "drops").out()).contains("unknown-tunnel-peer");
        } finally {
            osier("create", "node", "kernel", "--address", "172.30.0.9", "--pod-cidr", "10.32.9.0/24")
                    .succeeded();
        }
    }
}
