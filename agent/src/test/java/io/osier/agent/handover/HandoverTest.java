package io.osier.agent.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.io.DescriptorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent leaves reaches the next one, by way of whoever starts both. */
class HandoverTest {
    @TempDir
    Path folder;

    private Path socket;
    private KeptDescriptors kept;
    private final int[] pipe = new int[2];

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("notify.sock");
        kept = KeptDescriptors.listen(socket);
        assertThat(NativeCalls.pipe2(pipe, NativeCalls.O_CLOEXEC)).isZero();
    }

    @AfterEach
    void close() throws IOException {
        kept.close();
        NativeCalls.close(pipe[0]);
        NativeCalls.close(pipe[1]);
    }

    private ServiceManager manager() {
        return new ServiceManager(socket.toString(), InheritedDescriptors.of(Map.of()));
    }

    private String run(String script) throws Exception {
        Path log = folder.resolve("log");
        long pid = kept.start(List.of("sh", "-c", script), Map.of("GREETING", "hello"), log);
        await().until(() -> !isRunning(pid));
        return Files.readString(log);
    }

    /** A child that nobody waits for stays a zombie, which Java counts as alive. */
    private static boolean isRunning(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
    }

    @Test
    void theNextProcessHasTheDescriptorAndItsName() throws Exception {
        manager().keep("pod/web", pipe[1]);
        assertThat(kept.hear(1_000)).isTrue();
        assertThat(kept.count()).isEqualTo(1);

        String said = run("echo $GREETING $LISTEN_FDS $LISTEN_FDNAMES; [ $LISTEN_PID = $$ ] && echo mine; echo in >&3");

        assertThat(said).isEqualTo("hello 1 pod/web\nmine\n");
        assertThat(DescriptorSocket.isReadable(pipe[0], 0)).isTrue();
    }

    @Test
    void manyComeInTheirOrderWhateverTheirNumbers() throws Exception {
        for (int i = 0; i < 5; i++) {
            manager().keep("end-" + i, pipe[i % 2]);
            kept.hear(1_000);
        }

        assertThat(run("echo $LISTEN_FDS $LISTEN_FDNAMES; ls /proc/self/fd | sort -n | tail -n +4 | head -5 | xargs"))
                .isEqualTo("5 end-0:end-1:end-2:end-3:end-4\n3 4 5 6 7\n");
    }

    @Test
    void whatIsForgottenIsKeptNoMore() throws Exception {
        manager().keep("a", pipe[0]);
        manager().keep("a", pipe[1]); // instead of the first
        kept.hear(1_000);
        kept.hear(1_000);
        assertThat(kept.count()).isEqualTo(1);
        ServiceManager next = new ServiceManager(
                socket.toString(),
                InheritedDescriptors.of(
                        Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "a"),
                        7,
                        NativeCalls.fcntl(pipe[0], NativeCalls.F_DUPFD_CLOEXEC, 100)));

        assertThat(next.hasInherited()).isTrue();
        next.forgetInherited();
        kept.hear(1_000);

        assertThat(kept.count()).isZero();
        assertThat(next.take("a")).isEqualTo(DescriptorStore.NONE);
    }

    @Test
    void aNameIsTakenOnce() {
        int copy = NativeCalls.fcntl(pipe[0], NativeCalls.F_DUPFD_CLOEXEC, 200);
        InheritedDescriptors inherited = InheritedDescriptors.of(
                Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "tunnel"), 7, copy);

        assertThat(inherited.take("other")).isEqualTo(DescriptorStore.NONE);
        assertThat(inherited.take("tunnel")).isEqualTo(copy);
        assertThat(inherited.take("tunnel")).isEqualTo(DescriptorStore.NONE);
        assertThat(inherited.names()).containsExactly("tunnel");
        NativeCalls.close(copy);
    }

    @Test
    void whatIsSaidToAnotherProcessOrMakesNoSenseIsNotForUs() {
        assertThat(InheritedDescriptors.of(Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1"), 8, 300)
                        .names())
                .isEmpty();
        assertThat(InheritedDescriptors.of(Map.of("LISTEN_PID", "7", "LISTEN_FDS", "many"), 7, 300)
                        .names())
                .isEmpty();
        assertThat(InheritedDescriptors.of(Map.of(), 7, 300).names()).isEmpty();
    }

    @Test
    void aLeavingAgentWaitsUntilItIsHeard() throws Exception {
        ServiceManager manager = manager();
        manager.keep("tunnel", pipe[0]);
        CompletableFuture<Void> heard = CompletableFuture.runAsync(manager::awaitHeard);
        kept.hear(1_000);
        assertThat(heard).isNotDone();

        assertThat(kept.hear(1_000)).isTrue(); // the barrier

        await().until(heard::isDone);
        assertThat(heard).isCompleted();
        assertThat(kept.count()).isEqualTo(1);
    }

    @Test
    void withoutAManagerEveryWordIsLostAndNothingElse() {
        for (ServiceManager manager : List.of(
                new ServiceManager(null, InheritedDescriptors.of(Map.of())),
                new ServiceManager("/nowhere/notify.sock", InheritedDescriptors.of(Map.of())))) {
            manager.ready();
            manager.keep("tunnel", pipe[0]);
            manager.awaitHeard();
            assertThat(manager.take("tunnel")).isEqualTo(DescriptorStore.NONE);
            assertThat(manager.hasInherited()).isFalse();
        }
    }

    @Test
    void aProgramThatIsNotThereSaysSo() throws Exception {
        Path log = folder.resolve("log");
        long pid = kept.start(List.of("/nowhere/java"), Map.of(), log);
        await().until(() -> !isRunning(pid));
        assertThat(Files.readString(log)).contains("/nowhere/java: not found");
        assertThatThrownBy(() -> KeptDescriptors.listen(folder.resolve("x".repeat(108))))
                .hasMessageContaining("too long for the address of a Unix socket");
    }
}
