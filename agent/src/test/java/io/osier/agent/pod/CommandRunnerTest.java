package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CommandRunnerTest {
    private static final String UNUSUAL = "613.7";

    @Test
    void givesBackWhatTheCommandPrints() {
        assertThat(CommandRunner.runWithInput("red\ngreen\n", "grep", "e")).isEqualTo("red\ngreen\n");
    }

    @Test
    void aFailureIsOneLineWithTheCommandAndItsOwnWords() {
        assertThatThrownBy(() -> CommandRunner.run("sh", "-c", "echo no such link >&2; echo more; exit 3"))
                .isInstanceOf(CommandException.class)
                .hasMessageEndingWith(": no such link")
                .hasMessageStartingWith("sh -c ");
    }

    @Test
    void aFailureWithoutWordsIsStillAFailure() {
        assertThatThrownBy(() -> CommandRunner.run("false")).hasMessage("false: failed");
    }

    @Test
    void aToolThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> CommandRunner.run("osier-no-such-tool"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("osier-no-such-tool: ")
                .hasMessageEndingWith("is it installed?");
    }

    @Test
    void aCommandThatEndsWithoutReadingIsReportedInItsOwnWords() {
        String moreThanAPipeHolds = "x".repeat(1 << 20);

        assertThatThrownBy(() -> CommandRunner.runWithInput(moreThanAPipeHolds, "sh", "-c", "echo refused; exit 1"))
                .hasMessageEndingWith(": refused");
    }

    /** Systemd's tools tell whoever is at {@code NOTIFY_SOCKET} how they ended, and it would take that for the agent's word. */
    @Test
    void commandsDoNotHearOfTheServiceManager() {
        ProcessBuilder child = new ProcessBuilder("true");
        child.environment().put("NOTIFY_SOCKET", "/run/systemd/notify");
        child.environment().put("LISTEN_FDS", "3");

        CommandRunner.forgetServiceManager(child);

        assertThat(child.environment())
                .doesNotContainKeys("NOTIFY_SOCKET", "LISTEN_FDS")
                .containsKey("PATH");
    }

    @Test
    void aCommandThatDoesNotEndIsEnded() {
        assertThatThrownBy(() -> CommandRunner.run("", 1, "sleep", UNUSUAL))
                .hasMessage("sleep " + UNUSUAL + ": did not end within 1 s");
        await().until(() -> ProcessHandle.current().children().noneMatch(CommandRunnerTest::isOurSleep));
    }

    /** Java closes the output of a process that has ended, sometimes before it is read; both ways this must come back. */
    @Test
    @Timeout(30)
    void whatACommandLeavesRunningIsNotWaitedForWithoutEnd() {
        try {
            assertThat(CommandRunner.run("", 1, "sh", "-c", "sleep " + UNUSUAL + " & echo left"))
                    .isEqualTo("left\n");
        } catch (CommandException e) {
            assertThat(e).hasMessageEndingWith("did not end within 1 s");
        } finally {
            ProcessHandle.allProcesses().filter(CommandRunnerTest::isOurSleep).forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static boolean isOurSleep(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("sleep " + UNUSUAL);
    }
}
