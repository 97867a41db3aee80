package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiEndpoint;
import io.osier.agent.api.client.ApiException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents of two machines, which share a store and see no socket of each other. */
class RemoteAgentsTest {
    private TestAgent here;
    private TestAgent there;
    private ApiClient client;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        here = new TestAgent(folder, 0, "this machine");
        there = new TestAgent(folder, 1, "that machine");
        there.stopAnswering(); // on its socket
        client = new ApiClient(here.socket);
    }

    @AfterEach
    void stop() {
        client.close();
        there.close();
        here.close();
    }

    private static void ask(String endpoint, String token) {
        try (ApiClient stranger = new ApiClient(ApiEndpoint.remote(endpoint, token))) {
            stranger.get("/osier/v1/status");
        }
    }

    @Test
    void anyAgentAnswersForAllOfThem() {
        assertThat(client.get("/osier/v1/status?node=node-b").path("node").asString())
                .isEqualTo("node-b");
        assertThat(client.get("/osier/v1/drops?node=*").path("items")).hasSize(2);
        assertThat(client.get("/api/v1/nodes").path("items"))
                .hasSize(2)
                .allMatch(node -> node.path("status").path("ready").asBoolean());
    }

    @Test
    void allAgentsOfAClusterHaveOneToken() {
        assertThat(here.token).isEqualTo(there.token).matches("[0-9a-f]{64}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "guess", "0000000000000000000000000000000000000000000000000000000000000000"})
    void whoeverDoesNotKnowTheTokenIsToldNothing(String guess) {
        assertThatThrownBy(() -> ask(there.endpoint, guess))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(401));
    }

    @Test
    void whoeverKnowsTheTokenIsAnswered() {
        ask(there.endpoint, there.token);
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        there.close();

        assertThatThrownBy(() -> client.get("/osier/v1/status?node=node-b"))
                .hasMessageContaining("node node-b: no agent answers at " + there.endpoint);
    }
}
