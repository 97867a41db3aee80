package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessNoteTest {
    @TempDir
    private Path folder;

    @Test
    void findsTheProcessAgain() throws IOException {
        Path file = folder.resolve("web-1");
        ProcessNote.of(ProcessHandle.current(), 3).write(file);

        ProcessNote note = ProcessNote.read(file).orElseThrow();

        assertThat(note.restarts()).isEqualTo(3);
        assertThat(note.process()).contains(ProcessHandle.current());
    }

    @Test
    void anotherProcessThatGotTheNumberIsNotTakenForIt() {
        ProcessNote noted = ProcessNote.of(ProcessHandle.current(), 0);

        assertThat(new ProcessNote(noted.pid(), "1", 0, true, null).process()).isEmpty();
    }

    @Test
    void aProcessThatIsGoneIsNotFound() throws Exception {
        Process process = new ProcessBuilder("true").start();
        ProcessNote note = ProcessNote.of(process.toHandle(), 0);
        process.waitFor();

        assertThat(note.process()).isEmpty();
    }

    @Test
    void anEndIsRememberedWithItsExitCode() throws IOException {
        Path file = folder.resolve("web-1");
        ProcessNote.ofEnd(2, 7).write(file);

        assertThat(ProcessNote.read(file)).contains(ProcessNote.ofEnd(2, 7));
        assertThat(ProcessNote.ofEnd(2, 7).process()).isEmpty();
    }

    @Test
    void whatAnAgentThatNotedNoEndsHasNotedIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("web-1"), "17 4 1\n");

        assertThat(ProcessNote.read(file)).contains(new ProcessNote(17, "4", 1, true, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "17", "17 4", "x 4 0", "17 4 x", "17 4 0 0", "17 4 0 ended=", "17 4 0 ended=x"})
    void halfANoteIsNone(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("web-1"), text);

        assertThat(ProcessNote.read(file)).isEmpty();
    }
}
