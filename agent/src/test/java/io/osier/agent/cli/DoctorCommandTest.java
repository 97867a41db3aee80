package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code osier doctor}: what was found, and how it ends. */
@Timeout(60)
class DoctorCommandTest {
    @TempDir
    private Path directory;

    private Dialogue ask(String... findings) throws IOException {
        try (FakeAgent agent = new FakeAgent(directory.resolve("api.sock"))) {
            agent.on("GET /osier/v1/doctor", 200, "{\"findings\":[" + String.join(",", findings) + "]}");
            return Dialogue.with(agent, "doctor");
        }
    }

    private static String finding(String about, String level, String text) {
        return "{\"about\":\"" + about + "\",\"level\":\"" + level + "\",\"text\":\"" + text + "\""
                + (level.equals("ok") ? "}" : ",\"remedy\":\"mend it\"}");
    }

    @Test
    void aNoteIsNoFault() throws IOException {
        assertThat(ask(finding("node-a", "ok", "fine"), finding("node-a", "note", "no USO")))
                .isEqualTo(new Dialogue(0, """
                        node-a
                          ok    fine
                          note  no USO
                                to do: mend it

                        all is well
                        """, ""));
    }

    @Test
    void aWarningIsNoFailure() throws IOException {
        Dialogue dialogue = ask(finding("node-a", "warn", "slow"), finding("node-a", "note", "no USO"));
        assertThat(dialogue.exitCode()).isZero();
        assertThat(dialogue.out()).contains("  warn  slow\n").endsWith("\n0 failures, 1 warning\n");
    }

    @Test
    void aFailureEndsWithOne() throws IOException {
        Dialogue dialogue = ask(finding("node-a", "fail", "broken"), finding("node-b", "warn", "slow"));
        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).contains("  FAIL  broken\n").endsWith("\n1 failure, 1 warning\n");
    }
}
