package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** No request makes the agent fail: what cannot be answered is refused with a {@code Status}. */
abstract class FuzzedApi {
    static final List<String> KINDS =
            List.of("pods", "services", "endpoints", "nodes", "endpointslices", "networkpolicies");

    @TempDir
    private static Path folder;

    private static TestAgent agent;

    @BeforeAll
    static void begin() throws IOException {
        agent = new TestAgent(Files.createTempDirectory(folder, "fuzz"), 0);
    }

    @AfterAll
    static void end() {
        agent.close();
    }

    static void ask(String method, String uri, byte[] body) {
        ApiResponse answer = RequestHandler.answer(agent.routes, method, uri, body);
        assertThat(answer.status())
                .as("%s %s %s", method, uri, new String(body, StandardCharsets.UTF_8))
                .isLessThan(500);
        if (answer.status() >= 400) {
            JsonNode status = Json.parse(answer.body());
            assertThat(status.path("kind").asString("")).isEqualTo("Status");
            assertThat(status.path("message").asString("")).isNotEmpty();
        }
    }
}
