package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("namespaces")
class NetworkNamespaceTest {
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    @AutoClose
    private final TestNamespace other = new TestNamespace();

    NetworkNamespaceTest() throws IOException {}

    private static String identity() throws IOException {
        return Files.readSymbolicLink(OWN).toString();
    }

    @Test
    void anActionRunsInsideWhileItsCallerStaysOutside() throws Exception {
        String outside = identity();

        String inside = other.namespace().call(NetworkNamespaceTest::identity);

        assertThat(inside).startsWith("net:").isNotEqualTo(outside);
        assertThat(other.namespace().call(NetworkNamespaceTest::identity)).isEqualTo(inside);
        assertThat(identity()).isEqualTo(outside);
    }

    @Test
    void thePresentNamespaceIsTheCallersOwn() throws Exception {
        String inside = other.namespace().call(() -> NetworkNamespace.present().call(NetworkNamespaceTest::identity));

        assertThat(inside).isEqualTo(other.namespace().call(NetworkNamespaceTest::identity));
        assertThat(NetworkNamespace.present().call(NetworkNamespaceTest::identity))
                .isEqualTo(identity());
    }

    @Test
    void aThrowawayNamespaceIsNobodyElses() throws Exception {
        String throwaway = NetworkNamespace.callInThrowaway(NetworkNamespaceTest::identity);

        assertThat(throwaway)
                .isNotEqualTo(identity())
                .isNotEqualTo(other.namespace().call(NetworkNamespaceTest::identity));
    }

    @Test
    void noDescriptorStaysOpen() throws Exception {
        Callable<String> action = NetworkNamespaceTest::identity;
        other.namespace().call(action);
        long before = namespaceDescriptors();

        for (int i = 0; i < 10; i++) {
            other.namespace().call(action);
        }

        assertThat(namespaceDescriptors()).isEqualTo(before);
    }

    private static long namespaceDescriptors() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(NetworkNamespaceTest::isNamespace).count();
        }
    }

    private static boolean isNamespace(Path descriptor) {
        try {
            // A descriptor opened by path keeps the path as its name; one of /proc/…/ns does not.
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith(NetworkNamespace.NAMED.toString()) || target.startsWith("net:");
        } catch (IOException e) {
            return false; // closed in the meantime
        }
    }

    @Test
    void whatAnActionThrowsArrivesAsItIs() {
        assertThatThrownBy(() -> other.namespace().call(() -> {
                    throw new NoSuchFileException("thing");
                }))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("thing");
        assertThatThrownBy(() -> other.namespace().call(() -> {
                    throw new IllegalStateException("wrong");
                }))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMissingNamespaceIsNamedInOneLine() {
        assertThatThrownBy(() -> NetworkNamespace.named("osier-nobody").call(() -> true))
                .isInstanceOf(SystemCallException.class)
                .hasMessage("network namespace /run/netns/osier-nobody: there is none of this name");
    }

    @Test
    void aFileThatIsNoNamespaceIsSaidToBeNone(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> NetworkNamespace.at(file).call(() -> true))
                .hasMessage("network namespace " + file + ": the file stands for no network namespace");
    }

    @Test
    void anInterruptedCallerStillGetsTheResult() throws Exception {
        Thread.currentThread().interrupt();

        String inside = other.namespace().call(NetworkNamespaceTest::identity);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(inside).startsWith("net:");
    }
}
