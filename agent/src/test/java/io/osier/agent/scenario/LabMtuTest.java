package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labs on underlays with smaller and larger packets than Ethernet's. */
@Tag("namespaces")
class LabMtuTest {
    private static final int ICMP_HEADERS_BYTES = 28;

    @BeforeAll
    static void noLabIsUp() {
        assertThat(bash("ip netns list | grep -qw node-a").exitCode())
                .describedAs("a lab is up already: run 'osier lab down' before the tests")
                .isNotZero();
    }

    @AfterEach
    void down() {
        osier("lab", "down").succeeded();
    }

    @ParameterizedTest
    @CsvSource({
        "1280, 1230, Lease6: none: IPv6 needs a PodMTU of 1280",
        "9000, 8950, Lease6: fd6f:7369:6572:1::a20:0/120"
    })
    void podsSendWhatFits(int underlayMtuBytes, int podMtuBytes, String lease6, @TempDir Path folder) {
        osier("lab", "up", "--underlay-mtu", Integer.toString(underlayMtuBytes)).succeeded();
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();

        assertThat(in("a1", "ip link show dev eth0").succeeded().out()).contains("mtu " + podMtuBytes + " ");
        assertThat(osier("--node", "node-a", "status").succeeded().out())
                .contains("PodMTU: " + podMtuBytes)
                .contains(lease6);
        String ping = "ping -M do -c 1 -W 2 " + podIp("b1") + " -s ";
        in("a1", ping + (podMtuBytes - ICMP_HEADERS_BYTES)).succeeded();
        assertThat(in("a1", ping + (podMtuBytes - ICMP_HEADERS_BYTES + 1)).err())
                .contains("mtu=" + podMtuBytes);
        new BulkTransfer(folder, 20).send("a1", "b1", podIp("b1"));
        assertThat(osier("doctor").succeeded().out())
                .contains("full-size: packets of " + podMtuBytes + " bytes arrive")
                .contains("all is well");
    }
}
