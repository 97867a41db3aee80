package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.packet.IpProtocol;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flows wait in a file for the next process, if it is the same node in the same run of its machine. */
class ConnectionFileTest {
    private static final int CAPACITY = 1024;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void leaveOneFlow() throws IOException {
        file = directory.resolve("connections");
        ConnectionTable table = open("node-a run-1", CAPACITY);
        ConnectionEntries entries = table.entries();
        int entry = table.allocate(0);
        entries.setProtocol(entry, IpProtocol.UDP);
        entries.setClient(entry, 0, 1, 2, 3);
        entries.setService(entry, 0, 4, 5, 6);
        entries.setBackend(entry, 0, 7, 8, 9);
        entries.setSource(entry, 0, 1, 2);
        entries.setState(entry, ConnectionState.ASSURED, 0);
        table.link(entry);
    }

    private ConnectionTable open(String owner, int capacity) throws IOException {
        return new ConnectionFile(file, owner).open(capacity, 17, 0, 1);
    }

    @Test
    void theSameOwnerFindsThem() throws IOException {
        assertThat(open("node-a run-1", CAPACITY).size()).isOne();
        assertThat(open("node-a run-1", CAPACITY).size()).as("again").isOne();
    }

    @Test
    void anotherRunOfTheMachineForgetsThem() throws IOException {
        assertThat(open("node-a run-2", CAPACITY).size()).isZero();
        assertThat(open("node-a run-1", CAPACITY).size()).as("for good").isZero();
    }

    @Test
    void aTableOfAnotherSizeBeginsAnew() throws IOException {
        assertThat(open("node-a run-1", 2 * CAPACITY).size()).isZero();
    }

    @Test
    void whatIsNoSuchFileIsReplaced() throws IOException {
        Files.writeString(file, "what is this?");
        assertThat(open("node-a run-1", CAPACITY).size()).isZero();
        assertThat(Files.size(file)).isEqualTo(4096L + ConnectionTable.memoryBytes(CAPACITY));
    }

    @Test
    void aFileThatWasCutShortBeginsAnew() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) - 1);
        }
        assertThat(open("node-a run-1", CAPACITY).size()).isZero();
    }

    @Test
    void whatCannotBeAFileIsSaidInOneLine() {
        file = directory;
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open("node-a run-1", CAPACITY))
                .withMessageStartingWith(directory + ": flows cannot be kept there: ");
    }

    @Test
    void anOwnersNameHasItsLimit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ConnectionFile(file, "x".repeat(5000)));
    }
}
