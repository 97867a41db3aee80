package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab whose cluster state is in a real etcd, which is then killed. */
@Tag("namespaces")
class EtcdLabTest {
    private static boolean ours;

    @BeforeAll
    static void up() {
        assertThat(bash("ip netns list | grep -qw node-a").exitCode())
                .as("a lab is up already: run 'osier lab down' before the tests")
                .isNotZero();
        ours = true;
        osier("lab", "up", "--nodes", "2", "--store", "etcd").succeeded();
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        TwoNodeLab.createServer("b1", "node-b", "app=web");
        osier("create", "service", "web", "--port", "80:9876", "--selector", "app=web")
                .succeeded();
    }

    @AfterAll
    static void down() {
        if (ours) {
            osier("lab", "down").succeeded();
            assertThat(bash("pgrep -fx '.*etcd --data-dir=/var/lib/osier/lab/etcd.*'")
                            .exitCode())
                    .as("etcd has ended")
                    .isNotZero();
        }
    }

    @Test
    void theStoreIsShown() {
        assertThat(osier("status").succeeded().out()).contains("Store: etcd http://172.30.0.254:2379 /osier/");
        assertThat(osier("lab", "status").succeeded().out()).contains("Store: etcd http://172.30.0.254:2379\n");
        assertThat(osier("get", "leases").succeeded().lines())
                .anyMatch(line -> line.matches("10.32.0.0/24 +node-a .*"))
                .anyMatch(line -> line.matches("10.32.1.0/24 +node-b .*"));
    }

    @Test
    void packetsDoNotNoticeThatEtcdIsAway(@TempDir Path folder) throws Exception {
        String b1 = podIp("b1");
        String web = clusterIp("web");
        Path told = folder.resolve("ping");
        Process ping = Shell.start("a1", "ping -i 0.01 -c 600 -W 1 " + b1, told);
        try {
            bash("kill -9 $(ip netns pids osier-underlay)").succeeded();
            assertThat(osier("lab", "status").out()).contains("(not running)");
            for (int i = 0; i < 5; i++) {
                in("a1", "curl -s --max-time 2 http://" + web + "/info").succeeded();
            }
            osier("lab", "up", "--nodes", "2", "--store", "etcd").succeeded();

            assertThat(ping.waitFor()).isZero();
        } finally {
            Shell.stop(ping);
        }
        assertThat(Files.readString(told)).contains("600 packets transmitted, 600 received, 0% packet loss");

        osier("create", "pod", "a2", "--node", "node-a").succeeded();
        in("a2", "for i in $(seq 20); do ping -c 1 -W 1 " + b1 + " && exit 0; done; exit 1")
                .succeeded();
    }
}
