package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.Shell.start;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A pod that sends as much as its processor can make takes nothing from the others, and what is lost of it has a name. */
@Tag("namespaces")
@Tag("alone")
@ExtendWith(TwoNodeLab.class)
class OverloadTest {
    private static final Pattern BALANCE =
            Pattern.compile("(node-[ab]): in (\\d+) = out (\\d+) \\+ dropped (\\d+) \\+ held (\\d+) ");

    private final List<Process> floods = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void stopFloods() {
        bash("kill -CONT $(cat /run/osier/lab/node-a/agent.pid)");
        floods.forEach(Shell::stop);
    }

    private void flood(String pod, String address, int bytes) {
        floods.add(start(
                pod,
                "socat -u -b " + bytes + " OPEN:/dev/zero UDP-SENDTO:" + address + ":7001",
                folder.resolve(pod + bytes)));
    }

    @Test
    void aFloodStarvesNobodyAndWhatItLosesIsNamed() {
        osier("create", "pod", "loud", "--node", "node-a").succeeded();
        osier("create", "pod", "quiet", "--node", "node-a").succeeded();
        osier("create", "pod", "sink", "--node", "node-b").succeeded();
        createServer("web", "node-b", "app=web");
        String web = podIp("web");
        String sink = podIp("sink");
        floods.add(start("sink", "socat -u UDP-RECV:7001 OPEN:/dev/null", folder.resolve("sink")));

        flood("loud", sink, 64);
        flood("loud", sink, 1_400);

        in("quiet", "ping -q -c 20 -i 0.1 -W 5 " + web).succeeded();
        in(
                        "quiet",
                        "for i in $(seq 10); do curl -sf --max-time 30 http://" + web
                                + ":9876/info >/dev/null || exit 1; done")
                .succeeded();
        // The agents' own questions cross the overlay by the hosts' ports.
        assertThat(osier("drops").succeeded().out()).contains("node-a: in ", "node-b: in ");
        assertThat(osier("--node", "node-b", "get", "pods", "-o", "name")
                        .succeeded()
                        .lines())
                .contains("pod/loud", "pod/quiet");
        osier("create", "pod", "late", "--node", "node-b").succeeded();
        in("quiet", "ping -q -c 3 -W 5 " + podIp("late")).succeeded();

        // However fast the machine: an agent that stands still for a second lets the loud pod's queue overflow.
        bash("p=$(cat /run/osier/lab/node-a/agent.pid); kill -STOP $p; sleep 1; kill -CONT $p")
                .succeeded();
        String drops = osier("drops").succeeded().out();
        assertThat(drops).containsPattern("node-a +port-overflow +[1-9]");
        assertThat(BALANCE.matcher(drops).results().map(found -> found.group(1)))
                .containsExactly("node-a", "node-b");
        for (Matcher found = BALANCE.matcher(drops); found.find(); ) {
            assertThat(number(found, 2))
                    .as(found.group())
                    .isEqualTo(number(found, 3) + number(found, 4) + number(found, 5));
        }
        floods.forEach(Shell::stop);
    }

    private static long number(Matcher found, int group) {
        return Long.parseLong(found.group(group));
    }
}
