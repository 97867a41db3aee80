package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Agents are killed, and nothing is lost; labs are taken down, and nothing is left. */
@Tag("namespaces")
class SurvivalTest {
    private static final String WORLD = "ip netns list | sort; ip -o link show | cut -d: -f2 | sort; nft list tables;"
            + " ls /run/osier /var/lib/osier 2>/dev/null; pgrep -fc 'osier.jar agent' || true";

    private boolean ours;

    @BeforeEach
    void nobodyElsesLabIsUp() {
        assertThat(bash("ip netns list | grep -qw node-a").exitCode())
                .as("a lab is up already: run 'osier lab down' before the tests")
                .isNotZero();
        ours = true;
    }

    @AfterEach
    void takeDown() {
        if (ours) {
            osier("lab", "down").succeeded();
        }
    }

    @Test
    void aKilledAgentComesBackWithItsPodsAndItsSubnet() {
        osier("lab", "up", "--nodes", "2").succeeded();
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
        String b1 = podIp("b1");
        String leases = osier("get", "leases", "-o", "name").succeeded().out();
        in("a1", "ping -c 1 -W 2 " + b1).succeeded();

        bash("kill -9 $(ip netns pids node-b)").succeeded();
        assertThat(in("a1", "ping -c 1 -W 1 " + b1).exitCode()).isNotZero();
        osier("lab", "up", "--nodes", "2").succeeded();

        in("a1", "for i in $(seq 20); do ping -c 1 -W 1 " + b1 + " && exit 0; done; exit 1")
                .succeeded();
        assertThat(osier("get", "leases", "-o", "name").succeeded().out()).isEqualTo(leases);
        assertThat(podIp("b1")).isEqualTo(b1);
    }

    @Test
    void downLeavesNothing() {
        String before = bash(WORLD).out();
        osier("lab", "up", "--nodes", "3").succeeded();
        osier("create", "pod", "a1", "--", "sleep", "1000").succeeded();

        osier("lab", "down").succeeded();

        assertThat(bash(WORLD).out()).isEqualTo(before);
        assertThat(bash("pgrep -fx 'sleep 1000'").exitCode()).isNotZero();
    }

    @Test
    void downLeavesNothingEvenAfterEverythingWasKilled() {
        String before = bash(WORLD).out();
        osier("lab", "up", "--nodes", "2").succeeded();
        osier("create", "pod", "a1", "--node", "node-a", "--", "sleep", "1000").succeeded();
        bash("kill -9 $(ip netns pids node-a; ip netns pids node-b)").succeeded();

        osier("lab", "down").succeeded();

        assertThat(bash(WORLD).out()).isEqualTo(before);
        assertThat(bash("pgrep -fx 'sleep 1000'").exitCode()).isNotZero();
    }

    @Test
    void downIsHarmlessWhenThereIsNoLab() {
        osier("lab", "down").succeeded();
        osier("lab", "down").succeeded();
    }
}
