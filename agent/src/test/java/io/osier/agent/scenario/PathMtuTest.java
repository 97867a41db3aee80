package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.scenario.Shell.Result;
import java.io.IOException;
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

/** A way between two nodes that is narrower than their devices say: nothing hangs. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class PathMtuTest {
    private static final String WIDE = "ip -n node-a route replace 172.30.0.2 dev eth0 mtu 1500";

    /** Known to the kernel of one node only, as if a router on the way had told it. */
    private static final String NARROW_ROUTE = "ip -n node-a route replace 172.30.0.2 dev eth0 mtu 1300";

    /** Known to the kernel of the other node only: what is too long for it is lost at its door. */
    private static final String NARROW_DEVICE = "ip -n node-b link set eth0 mtu 1300";

    private static final int BULK_BYTES = 20_000_000;

    @BeforeAll
    static void podsOnBothNodes() {
        osier("create", "pod", "a1", "-l", "app=a", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "-l", "app=b", "--node", "node-b").succeeded();
        osier("create", "service", "bulk", "--port", "80:5001", "--selector", "app=b")
                .succeeded();
    }

    @AfterEach
    void theWayIsWideAgain() {
        bash(WIDE + "; ip -n node-b link set eth0 mtu 1500").succeeded();
        awaitMtu("node-a", 1_450);
        bash("ip netns exec a1 ip route flush cache; ip netns exec b1 ip route flush cache")
                .succeeded();
    }

    private static void narrow(String how) {
        bash(how).succeeded();
        awaitMtu("node-a", 1_250);
    }

    private static void awaitMtu(String node, int mtuBytes) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                osier("--node", node, "status").succeeded().out())
                        .contains("MTU " + mtuBytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {NARROW_ROUTE, NARROW_DEVICE})
    void aPingThatMayNotBeFragmentedIsToldWhatFits(String how) {
        narrow(how);

        Result ping = in("a1", "ping -M do -s 1400 -c 2 -i 0.3 -W 1 " + podIp("b1"));

        assertThat(ping.out() + ping.err()).containsPattern("Frag needed and DF set \\(mtu = 1250\\)|mtu ?= ?1250");
        in("a1", "ping -M do -s 1222 -c 1 -W 2 " + podIp("b1")).succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {NARROW_ROUTE, NARROW_DEVICE})
    void aLongDatagramArrives(String how, @TempDir Path folder) throws IOException {
        narrow(how);
        Path received = folder.resolve("received");
        String b1 = podIp("b1");

        Process receiver = Shell.start("b1", "socat -u UDP-RECV:5002 CREATE:" + received, folder.resolve("log"));
        try {
            await().until(() -> in("b1", "ss -Huln sport = :5002").out().contains("5002"));
            in("a1", "head -c 4000 /dev/zero | tr '\\0' x | socat -u -b 8192 - UDP-SENDTO:" + b1 + ":5002")
                    .succeeded();
            await().atMost(Duration.ofSeconds(5)).until(() -> Files.exists(received) && Files.size(received) == 4_000);
        } finally {
            Shell.stop(receiver);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NARROW_ROUTE, NARROW_DEVICE})
    void newConnectionsCarryMuchBothWays(String how) {
        narrow(how);

        download("a1", "b1", podIp("b1") + ":5001");
        download("b1", "a1", podIp("a1") + ":5001");
        download("a1", "b1", clusterIp("bulk") + ":80");
    }

    /** Asks for much in few bytes, as a request to a web server does. */
    private static void download(String client, String server, String address) {
        bash("ip netns exec " + server + " timeout 60 socat TCP-LISTEN:5001,reuseaddr SYSTEM:'head -c " + BULK_BYTES
                        + " /dev/zero' & for i in $(seq 50); do ip netns exec " + server
                        + " ss -Htln sport = :5001 | grep -q 5001 && break; sleep 0.1; done; n=$(ip netns exec "
                        + client + " timeout 60 socat -u TCP:" + address + " - | wc -c); wait; [ \"$n\" = " + BULK_BYTES
                        + " ] || { echo \"$n bytes\"; exit 1; }")
                .succeeded();
    }

    @Test
    void anOpenConnectionFindsOut(@TempDir Path folder) throws IOException {
        Path received = folder.resolve("received");
        Process server = Shell.start(
                "b1", "socat -u TCP-LISTEN:5003,reuseaddr CREATE:" + received, folder.resolve("server.log"));
        try {
            await().until(() -> in("b1", "ss -Htln sport = :5003").out().contains("5003"));
            Process client = Shell.start(
                    "a1",
                    "bash -c 'for i in 1 2 3 4 5 6; do head -c 500000 /dev/zero; sleep 1; done | socat -u - TCP:"
                            + podIp("b1") + ":5003'",
                    folder.resolve("client.log"));
            try {
                await().until(() -> Files.exists(received) && Files.size(received) > 0);

                bash(NARROW_ROUTE).succeeded();

                await().atMost(Duration.ofSeconds(30)).until(() -> Files.size(received) == 3_000_000);
            } finally {
                Shell.stop(client);
            }
        } finally {
            Shell.stop(server);
        }
    }
}
