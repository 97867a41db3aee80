package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node's agent ends and nobody starts it again for a while: its pods cannot be reached. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class LostNodeTest {
    private static String endpoints() {
        return osier("get", "endpoints", "web", "--no-headers").succeeded().out();
    }

    private static String pods() {
        return bash(Shell.osierCommand() + " get pods --no-headers | awk '{print $1, $2, $3}'")
                .out();
    }

    @Test
    void servicesGoPastItsPodsUntilItIsBack() {
        createServer("near", "node-a", "app=web");
        createServer("far", "node-b", "app=web");
        osier("create", "pod", "idle", "--node", "node-b").succeeded();
        osier("create", "service", "web", "--port", "80:9876", "--selector", "app=web")
                .succeeded();
        String near = podIp("near") + ":9876";
        String far = podIp("far") + ":9876";
        await().untilAsserted(() -> assertThat(endpoints()).contains(near, far));

        bash("kill -9 $(cat /run/osier/lab/node-b/agent.pid)").succeeded();
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(endpoints()).contains(near).doesNotContain(far));
        assertThat(pods()).isEqualTo("""
                far 0/1 NodeLost
                idle 0/1 NodeLost
                near 1/1 Running
                """);
        String asked = "for i in $(seq 10); do curl -s --max-time 2 http://" + clusterIp("web") + "/info; done";
        assertThat(in("near", asked).out().lines()).hasSize(10).allMatch(answer -> answer.contains("near"));

        osier("lab", "up", "--nodes", "2").succeeded();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(pods()).isEqualTo("""
                        far 1/1 Running
                        idle 1/1 Running
                        near 1/1 Running
                        """));
        assertThat(endpoints()).contains(near, far);
    }
}
