package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every pod reaches every pod, every node every pod, and the outside is reached behind the node's address. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class PodNetworkTest {
    private static String a1 = "";
    private static String b1 = "";

    @BeforeAll
    static void createPods() {
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "a2", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
        a1 = podIp("a1");
        b1 = podIp("b1");
    }

    @AfterEach
    void everyPacketIsAccountedFor() {
        assertThat(osier("drops", "-o", "json").succeeded().out()).contains("\"held\"");
    }

    @Test
    void aPingCrossesTheNodesAsIfOnOneWire() {
        Shell.Result ping = in("a1", "ping -c 3 -i 0.2 " + b1).succeeded();

        assertThat(ping.out()).contains("ttl=64").contains(" 0% packet loss").doesNotContain("DUP");
    }

    @Test
    void aPingStaysOnTheNode() {
        assertThat(in("a1", "ping -c 2 -i 0.2 " + podIp("a2")).succeeded().out())
                .contains("ttl=64")
                .contains(" 0% packet loss");
    }

    @Test
    void aPodSeesItselfUnderTheAddressThatOthersSee() {
        assertThat(in("a1", "hostname -I").succeeded().out().trim()).startsWith(a1);
        assertThat(osier("exec", "a1", "--", "hostname").succeeded().out().trim())
                .isEqualTo("a1");
    }

    @Test
    void everyNodeReachesEveryPodAndBack() {
        in("node-a", "ping -c 1 -W 2 " + a1).succeeded();
        in("node-a", "ping -c 1 -W 2 " + b1).succeeded();
        in("node-b", "ping -c 1 -W 2 " + a1).succeeded();
        in("a1", "ping -c 1 -W 2 172.30.0.1").succeeded();
        in("b1", "ping -c 1 -W 2 172.30.0.1").succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ip netns del a3", "ip -n a3 link del eth0"})
    void aPodThatSomebodyTakesApartIsMadeAgainAsItWas(String how) {
        osier("create", "pod", "a3", "--node", "node-a", "--", "sleep", "7777").succeeded();
        try {
            String address = podIp("a3");
            in("b1", "ping -c 1 -W 2 " + address).succeeded();

            bash(how).succeeded();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> in("a3", "ping -c 1 -W 1 " + b1).succeeded());
            assertThat(podIp("a3")).isEqualTo(address);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(
                                    bash("pgrep -fxc 'sleep 7777'").out().strip())
                            .isEqualTo("1"));
            assertThat(bash("ip netns pids a3 | xargs -n1 ps -o args= -p").out())
                    .contains("sleep 7777");
        } finally {
            osier("delete", "pod", "a3").succeeded();
        }
    }

    @Test
    void theOutsideSeesTheNodesAddress(@TempDir Path folder) {
        Path seen = folder.resolve("seen");
        Process tcpdump = Shell.start("osier-underlay", "tcpdump -lni any -c 2 icmp", seen);
        try {
            bash("for i in $(seq 50); do grep -q listening " + seen + " && break; sleep 0.1; done")
                    .succeeded();
            in("a1", "ping -c 2 -i 0.2 -W 2 172.30.0.254").succeeded();
            bash("for i in $(seq 50); do grep -q 'echo request' " + seen + " && break; sleep 0.1; done; cat " + seen)
                    .succeeded();
            assertThat(Files.exists(seen)).isTrue();
            assertThat(bash("cat " + seen).out()).contains("172.30.0.1 > 172.30.0.254: ICMP echo request");
        } finally {
            Shell.stop(tcpdump);
        }
    }

    @Test
    void aLargePacketFitsOrIsFragmentedByTheSender() {
        in("a1", "ping -c 1 -W 2 -M do -s 1422 " + b1).succeeded(); // 1450 with its headers: the pod's MTU
        assertThat(in("a1", "ping -c 1 -W 2 -M do -s 1423 " + b1).exitCode()).isNotZero();
        in("a1", "ping -c 1 -W 2 -s 4000 " + b1).succeeded();
    }

    @Test
    void neighboursAreFoundByIpv6LinkLocal() {
        String address = in("b1", "ip -6 -o addr show dev eth0 scope link | awk '{print $4}' | cut -d/ -f1")
                .succeeded()
                .out()
                .trim();

        in("a1", "for i in 1 2 3 4 5; do ping -6 -c 1 -W 2 " + address + "%eth0 && exit 0; sleep 1; done; exit 1")
                .succeeded();
    }

    @Test
    void routesAndStationsAreShown() {
        assertThat(osier("--node", "node-a", "get", "routes")
                        .succeeded()
                        .lines()
                        .get(0))
                .matches("Destination +Gateway +Genmask +Flags +MSS Window +irtt Iface");
        assertThat(osier("--node", "node-a", "get", "routes").out()).contains("172.30.0.2");
        assertThat(osier("--node", "node-a", "get", "fdb").succeeded().out()).contains("0a:58:0a:20:");
    }

    @Test
    void anAddressThatNobodyHasIsCountedByName() {
        in("a1", "ping -c 1 -W 1 10.32.0.250");

        assertThat(osier("--node", "node-a", "drops").succeeded().out()).contains("unknown-arp-target");
    }

    @Test
    void aPodThatClaimsAnothersAddressIsCaught() {
        in("a2", "ip addr add 10.32.0.77/32 dev eth0").succeeded();
        try {
            assertThat(in("a2", "ping -c 1 -W 1 -I 10.32.0.77 " + b1).exitCode())
                    .isNotZero();
        } finally {
            in("a2", "ip addr del 10.32.0.77/32 dev eth0").succeeded();
        }
        assertThat(osier("--node", "node-a", "drops").succeeded().out()).contains("spoofed-address");
    }
}
