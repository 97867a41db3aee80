package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What systemd is told; that it does it is seen by scripts/test-vms. */
class UnitLauncherTest {
    private static final Path LOG = Path.of("/var/lib/osier/logs/web-1.log");

    private static List<String> words(List<String> command, Map<String, String> environment, String directory) {
        return UnitLauncher.words(
                new PodCommand(new CommandId("web-1", "web", true), "web-1", command, environment, directory, "Always"),
                "osier-pod-web-1.service",
                LOG);
    }

    @Test
    void aCommandIsAUnitThatLogsToItsFileAndKeepsItsExitCode() {
        assertThat(words(List.of("sleep", "1"), Map.of("COLOUR", "red"), "/srv"))
                .startsWith("systemd-run")
                .contains("--unit=osier-pod-web-1.service", "--service-type=exec", "--remain-after-exit")
                .contains("--property=StandardOutput=append:" + LOG, "--property=StandardError=inherit")
                .contains("--setenv=COLOUR=red", "--property=WorkingDirectory=/srv")
                .endsWith("web-1", "sleep", "1");
    }

    @Test
    void systemdPutsNoVariablesOfItsOwnIntoTheWords() {
        assertThat(words(List.of("sh", "-c", "echo ${POD_IP} $HOME"), Map.of(), ""))
                .endsWith("echo $${POD_IP} $$HOME")
                .contains("hostname \"$$0\" && exec \"$$@\"");
    }

    @Test
    void theOtherCommandsOfAPodAreUnitsOfTheirOwn() {
        assertThat(new CommandId("web-1.shop", "web", true).key()).isEqualTo("web-1.shop");
        assertThat(new CommandId("web-1.shop", "proxy", false).key()).isEqualTo("web-1.shop_proxy");
        assertThat(UnitLauncher.keysOf("""
                        osier-pod-web-1_proxy.service loaded active running Osier pod web-1/proxy
                        osier-pod-web-1_log.service   loaded failed failed  Osier pod web-1/log
                        """)).containsExactly("web-1_proxy", "web-1_log");
    }

    @Test
    void theCommandIsNoSessionLeaderTwice() {
        assertThat(words(List.of("true"), Map.of(), "")).doesNotContain("setsid");
    }
}
