package io.osier.agent.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of commands that ask an agent: one that listens while the test runs, and a directory for files. */
abstract class WithFakeAgent {
    @TempDir
    Path directory;

    FakeAgent agent;

    @BeforeEach
    void listen() throws IOException {
        agent = new FakeAgent(directory.resolve("api.sock"));
    }

    @AfterEach
    void close() {
        agent.close();
    }
}
