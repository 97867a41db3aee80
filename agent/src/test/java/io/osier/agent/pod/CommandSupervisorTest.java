package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.agent.pod.CommandStatus.Phase;
import io.osier.dataplane.io.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("namespaces")
class CommandSupervisorTest {
    @TempDir
    private Path folder;

    private final List<CommandStatus> told = new CopyOnWriteArrayList<>();
    private final List<CommandSupervisor> supervisors = new ArrayList<>();
    private TestNamespace pod;
    private CommandSupervisor supervisor;

    @BeforeEach
    void begin() throws IOException {
        pod = new TestNamespace();
        supervisor = newAgent();
    }

    @AfterEach
    void endAll() throws IOException {
        supervisors.get(supervisors.size() - 1).stop(pod.name());
        supervisors.forEach(CommandSupervisor::close);
        pod.close();
    }

    private CommandSupervisor newAgent() {
        CommandSupervisor agent = new CommandSupervisor(
                folder.resolve("logs"), folder.resolve("notes"), (id, status) -> told.add(status));
        supervisors.add(agent);
        return agent;
    }

    private PodCommand shell(String restartPolicy, String script) {
        return shell(web(), restartPolicy, script);
    }

    private static PodCommand shell(CommandId id, String restartPolicy, String script) {
        return new PodCommand(id, "web-1", List.of("sh", "-c", script), Map.of("COLOUR", "red"), "", restartPolicy);
    }

    private CommandId web() {
        return new CommandId(pod.name(), "web", true);
    }

    private CommandId sidecar() {
        return new CommandId(pod.name(), "sidecar", false);
    }

    private String log() throws IOException {
        Path log = supervisor.log(web());
        return log == null ? "" : Files.readString(log);
    }

    private void awaitLog(String text) {
        await().until(() -> log().contains(text));
    }

    private CommandStatus awaitPhase(Phase phase) {
        await().until(() -> told.stream().anyMatch(status -> status.phase() == phase));
        return told.stream()
                .filter(status -> status.phase() == phase)
                .findFirst()
                .orElseThrow();
    }

    private long pidFromLog() throws IOException {
        return Long.parseLong(log().lines().findFirst().orElseThrow());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void runsInsideThePodUnderItsName() throws IOException {
        supervisor.start(
                shell("Always", "hostname; echo $COLOUR; readlink /proc/self/ns/net; pwd; echo; exec sleep 600"));

        awaitLog("\n\n");
        String inode = Files.getAttribute(Path.of("/run/netns", pod.name()), "unix:ino")
                .toString();
        assertThat(log()).isEqualTo("web-1\nred\nnet:[" + inode + "]\n/\n\n");
        assertThat(told).containsExactly(new CommandStatus(Phase.RUNNING, 0, null, "running"));
    }

    @Test
    void leadsASessionOfItsOwnSoThatTheAgentsEndIsNotItsOwn() throws IOException {
        supervisor.start(shell("Always", "echo $$; cut -d' ' -f6 /proc/self/stat; echo; exec sleep 600"));

        awaitLog("\n\n");
        assertThat(log().lines().toList().get(1)).isEqualTo(Long.toString(pidFromLog()));
    }

    @Test
    void theNextAgentFindsTheCommandRunning() throws IOException {
        PodCommand command = shell("Always", "echo $$; echo; exec sleep 600");
        supervisor.start(command);
        awaitLog("\n\n");
        supervisor.close();
        told.clear();

        newAgent().start(command);

        assertThat(awaitPhase(Phase.RUNNING).restarts()).isZero();
        assertThat(log().lines().filter(line -> !line.isEmpty())).containsExactly(Long.toString(pidFromLog()));
        assertThat(isAlive(pidFromLog())).isTrue();
    }

    @Test
    void theEndOfACommandThatWasFoundRunningIsSeenToo() throws IOException {
        PodCommand command = shell("Never", "echo $$; echo; exec sleep 600");
        supervisor.start(command);
        awaitLog("\n\n");
        supervisor.close();
        newAgent().start(command);
        await().until(() -> told.size() == 2);

        ProcessHandle.of(pidFromLog()).orElseThrow().destroyForcibly();

        awaitPhase(Phase.FAILED);
    }

    @Test
    void aCommandThatEndedWhileNoAgentWasThereHasHadItsOneLife() throws IOException {
        PodCommand command = shell("Never", "echo $$; echo; exec sleep 600");
        supervisor.start(command);
        awaitLog("\n\n");
        long pid = pidFromLog();
        supervisor.close();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await().until(() -> !isAlive(pid));

        newAgent().start(command);

        assertThat(awaitPhase(Phase.FAILED).message()).isEqualTo("the command ended while no agent was there");
        assertThat(log().lines().filter(line -> !line.isEmpty())).hasSize(1);
    }

    @Test
    void aCommandThatKeepsEndingIsStartedAgainOnceAndThenWaits() throws IOException {
        supervisor.start(shell("Always", "echo life; exit 7"));

        await().until(() -> told.size() == 4);
        assertThat(told)
                .containsExactly(
                        new CommandStatus(Phase.RUNNING, 0, null, "running"),
                        new CommandStatus(Phase.WAITING, 0, null, "the command ended with exit code 7"),
                        new CommandStatus(Phase.RUNNING, 1, null, "running"),
                        new CommandStatus(Phase.WAITING, 1, null, "the command ended with exit code 7"));
        assertThat(log()).isEqualTo("life\nlife\n");
    }

    @Test
    void restartPolicyNeverTellsSuccessFromFailure() {
        supervisor.start(shell("Never", "exit 0"));
        assertThat(awaitPhase(Phase.SUCCEEDED).restarts()).isZero();
        supervisor.stop(pod.name());

        supervisor.start(shell("Never", "exit 3"));
        assertThat(awaitPhase(Phase.FAILED).message()).isEqualTo("the command ended with exit code 3");
    }

    @Test
    void restartPolicyOnFailureStopsAtSuccess() throws IOException {
        supervisor.start(
                shell("OnFailure", "test -e " + folder + "/once && exit 0; touch " + folder + "/once; exit 1"));

        assertThat(awaitPhase(Phase.SUCCEEDED).restarts()).isEqualTo(1);
    }

    @Test
    void aCommandThatCannotBeStartedWaitsInsteadOfSpinning() {
        supervisor.start(new PodCommand(
                web(),
                "web-1",
                List.of("true"),
                Map.of(),
                folder.resolve("no-such-folder").toString(),
                "Always"));

        await().until(() -> told.size() >= 2);
        await().during(java.time.Duration.ofSeconds(1)).until(() -> told.size() == 2);
        assertThat(told).allMatch(status -> status.phase() == Phase.WAITING);
        assertThat(told.get(0).message()).contains("no-such-folder");
    }

    @Test
    void stoppingEndsEverythingThatTheCommandStarted() throws IOException {
        supervisor.start(
                shell("Always", "echo $$; (trap '' TERM; echo $$ > /dev/null; sleep 600) & echo $!; echo; wait"));
        awaitLog("\n\n");
        long leader = pidFromLog();
        long child = Long.parseLong(log().lines().toList().get(1));

        supervisor.stop(pod.name());

        await().until(() -> !isAlive(leader) && !isAlive(child));
        assertThat(supervisor.log(web())).isNull();
        assertThat(folder.resolve("notes")).isEmptyDirectory();
    }

    @Test
    void aCommandThatDoesNotListenIsEndedByForceAndHoldsNobodyUp() throws Exception {
        supervisor.start(shell("Always", "trap '' TERM; echo $$; echo; while :; do sleep 1; done"));
        awaitLog("\n\n");
        long stubborn = pidFromLog();
        Thread stopping = new Thread(() -> supervisor.stop(pod.name()));
        stopping.start();
        try (TestNamespace other = new TestNamespace()) {
            PodCommand quick = new PodCommand(
                    new CommandId(other.name(), "web-2", true), "web-2", List.of("true"), Map.of(), "", "Never");
            await().until(() -> {
                supervisor.start(quick);
                return told.stream().anyMatch(status -> status.phase() == Phase.SUCCEEDED);
            });
            assertThat(isAlive(stubborn)).isTrue();
            stopping.join();
            assertThat(isAlive(stubborn)).isFalse();
            supervisor.stop(other.name());
        }
    }

    @Test
    void aCommandOfAnEarlierAgentIsEndedAlsoIfItWasNeverTakenOver() throws IOException {
        supervisor.start(shell("Always", "echo $$; echo; exec sleep 600"));
        awaitLog("\n\n");
        long pid = pidFromLog();
        supervisor.close();

        newAgent().stop(pod.name());

        await().until(() -> !isAlive(pid));
    }

    @Test
    void whoeverFailsToHearOfAChangeIsToldAgainAndTheCommandGoesOn() {
        List<Phase> heard = new CopyOnWriteArrayList<>();
        List<Phase> missed = new CopyOnWriteArrayList<>();
        CommandSupervisor deaf = new CommandSupervisor(folder.resolve("l"), folder.resolve("n"), (id, status) -> {
            if (missed.isEmpty()) {
                missed.add(status.phase());
                throw new IllegalStateException("the store is away");
            }
            heard.add(status.phase());
        });
        supervisors.add(0, deaf);

        deaf.start(shell("Always", "exec sleep 600"));

        await().until(() -> heard.equals(List.of(Phase.RUNNING)));
        deaf.stop(pod.name());
    }

    @Test
    void thePodsCommandsLiveAndPrintEachForItself() throws IOException {
        supervisor.start(shell("Always", "echo web; exec sleep 600"));
        supervisor.start(shell(sidecar(), "Always", "echo sidecar; exit 7"));

        await().until(() ->
                told.contains(new CommandStatus(Phase.WAITING, 1, null, "the command ended with exit code 7")));

        assertThat(told).contains(new CommandStatus(Phase.RUNNING, 0, null, "running"));
        assertThat(log()).isEqualTo("web\n");
        assertThat(supervisor.log(sidecar())).hasContent("sidecar\nsidecar\n");
        assertThat(folder.resolve("logs").resolve(pod.name() + ".log")).exists();
    }

    @Test
    void stoppingAPodEndsAllItsCommandsAlsoOnesThatWereNeverTakenOver() throws IOException {
        supervisor.start(shell("Always", "echo $$; echo; trap '' TERM; while :; do sleep 1; done"));
        awaitLog("\n\n");
        supervisor.start(shell(sidecar(), "Always", "exec sleep 600"));
        await().until(() -> told.size() == 2);
        ProcessHandle second = ProcessNote.read(folder.resolve("notes").resolve(pod.name() + "_sidecar"))
                .flatMap(ProcessNote::process)
                .orElseThrow();
        long first = pidFromLog();
        supervisor.close();

        newAgent().stop(pod.name());

        assertThat(isAlive(first) || second.isAlive()).isFalse();
        assertThat(folder.resolve("notes")).isEmptyDirectory();
        assertThat(folder.resolve("logs")).isEmptyDirectory();
    }

    @Test
    void aCommandThatHasEndedForGoodIsNotRunAgainByTheNextAgent() {
        PodCommand job = shell(sidecar(), "OnFailure", "echo once");
        supervisor.start(job);
        CommandStatus end = awaitPhase(Phase.SUCCEEDED);
        supervisor.close();
        told.clear();

        newAgent().start(job);

        assertThat(awaitPhase(Phase.SUCCEEDED)).isEqualTo(end);
        assertThat(supervisor.log(sidecar())).hasContent("once\n");
    }

    @Test
    void whoeverStartsACommandAgainIsToldHowItIs() {
        PodCommand command = shell("Always", "exec sleep 600");
        supervisor.start(command);
        awaitPhase(Phase.RUNNING);
        told.clear();

        supervisor.start(command);

        awaitPhase(Phase.RUNNING);
    }
}
