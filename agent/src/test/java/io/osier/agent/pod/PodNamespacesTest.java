package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.io.NetworkNamespace;
import io.osier.dataplane.io.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("namespaces")
class PodNamespacesTest {
    @TempDir
    private Path notes;

    private final String name = "osier-test-pod-" + ProcessHandle.current().pid();
    private PodNamespaces namespaces;

    @BeforeEach
    void openNotes() {
        namespaces = new PodNamespaces(notes);
    }

    @AfterEach
    void removeWhatWasMade() {
        new PodNamespaces(notes).delete(name);
    }

    private static boolean exists(String name) {
        return Files.exists(NetworkNamespace.NAMED.resolve(name));
    }

    private static Object inode(String name) throws IOException {
        return Files.getAttribute(NetworkNamespace.NAMED.resolve(name), "unix:ino");
    }

    @Test
    void madeOnceHoweverOftenItIsAskedFor() throws IOException {
        namespaces.ensure(name);
        Object first = inode(name);

        namespaces.ensure(name);
        new PodNamespaces(notes).ensure(name);

        assertThat(inode(name)).isEqualTo(first);
        assertThat(new PodNamespaces(notes).list()).containsExactly(name);
    }

    @Test
    void deletedWithWhateverRunsInIt() throws IOException {
        namespaces.ensure(name);
        Process inside = new ProcessBuilder(
                        "nsenter", "--net=/run/netns/" + name, "sh", "-c", "echo in; exec sleep 600")
                .start();
        assertThat(inside.getInputStream().read()).isEqualTo('i');

        namespaces.delete(name);

        assertThat(exists(name)).isFalse();
        assertThat(namespaces.list()).isEmpty();
        assertThat(inside.onExit().join().isAlive()).isFalse();
    }

    @Test
    void deletingWhatIsNotThereIsNoError() {
        namespaces.delete(name);

        assertThat(namespaces.list()).isEmpty();
    }

    @Test
    void aForeignNamespaceIsRefusedAndLeftAlone() throws IOException {
        try (TestNamespace foreign = new TestNamespace()) {
            assertThatThrownBy(() -> namespaces.ensure(foreign.name()))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(foreign.name() + " exists and is not Osier's")
                    .hasMessageContaining("ip netns delete " + foreign.name());

            namespaces.delete(foreign.name());

            assertThat(exists(foreign.name())).isTrue();
            assertThat(namespaces.list()).isEmpty();
        }
    }

    @Test
    void oneThatSomebodyElseMadeUnderOurNameIsTheirs() throws IOException {
        namespaces.ensure(name);
        CommandRunner.run("ip", "netns", "delete", name);
        CommandRunner.run("ip", "netns", "add", name);
        try {
            assertThatThrownBy(() -> namespaces.ensure(name)).hasMessageContaining("not Osier's");
            namespaces.delete(name);
            assertThat(exists(name)).isTrue();
        } finally {
            CommandRunner.run("ip", "netns", "delete", name);
        }
    }

    @Test
    void oneThatWasBeingMadeWhenTheAgentDiedIsMadeAnew() throws IOException {
        Files.writeString(notes.resolve(name), "half made");
        CommandRunner.run("ip", "netns", "add", name);

        namespaces.ensure(name);

        assertThat(CommandRunner.run("ip", "-n", name, "-brief", "link")).startsWith("lo");
        assertThat(Files.readString(notes.resolve(name))).isEqualTo(inode(name).toString());
    }

    @Test
    void oneThatWasBeingMadeAndNeverWasLeavesNoTrace() throws IOException {
        Files.writeString(notes.resolve(name), "half made");

        namespaces.delete(name);

        assertThat(namespaces.list()).isEmpty();
        assertThat(exists(name)).isFalse();
    }
}
