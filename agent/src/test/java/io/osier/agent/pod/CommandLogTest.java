package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLogTest {
    @TempDir
    private Path folder;

    @Test
    void aShortLogIsLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("web-1.log"), "one\ntwo\n");

        new CommandLog(file, 8, 4).bound();

        assertThat(file).hasContent("one\ntwo\n");
    }

    @Test
    void aLongLogKeepsItsLastWholeLines() throws IOException {
        Path file = Files.writeString(folder.resolve("web-1.log"), "one\ntwo\nthree\nfour\n");

        new CommandLog(file, 10, 9).bound();

        assertThat(Files.readString(file)).isEqualTo("four\n");
    }

    @Test
    void aLineWithoutAnEndIsKeptAsFarAsItFits() throws IOException {
        Path file = Files.writeString(folder.resolve("web-1.log"), "0123456789");

        new CommandLog(file, 8, 4).bound();

        assertThat(file).hasContent("6789");
    }

    @Test
    void theCommandGoesOnWritingBehindTheCut() throws IOException {
        Path file = folder.resolve("web-1.log");
        try (var command = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            command.write("one\ntwo\nthree\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            new CommandLog(file, 10, 7).bound();
            command.write("four\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        assertThat(Files.readString(file)).isEqualTo("three\nfour\n");
    }

    @Test
    void aLogThatWasNeverWrittenIsNoError() {
        CommandLog none = new CommandLog(folder.resolve("none.log"), 10, 5);

        assertThatCode(none::bound).doesNotThrowAnyException();
    }
}
