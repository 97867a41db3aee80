package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiEndpoint;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.api.client.Conversation;
import io.osier.agent.api.client.ExecMessage;
import io.osier.agent.ipam.Presence;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

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
    void whoeverDoesNotKnowTheTokenIsToldSoOfStreamsAsWell() {
        try (ApiClient stranger = new ApiClient(ApiEndpoint.remote(there.endpoint, "guess"))) {
            assertThatThrownBy(() -> stranger.stream("/osier/v1/capture").read())
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(401));
        }
    }

    @Test
    void whoeverKnowsTheTokenIsAnswered() {
        ask(there.endpoint, there.token);
    }

    private static ExecMessage next(Conversation command) throws InterruptedException {
        return ExecMessage.of(Objects.requireNonNull(command.receive()));
    }

    /** There is no such pod's namespace, as the command that enters it says from there. */
    @Test
    void aCommandInAPodOfAnotherMachineIsRunThere() throws Exception {
        there.objects.put("pods/default/web", pod("web", "node-b"));

        try (Conversation command = client.converse("/osier/v1/pods/web/exec?command=true")) {
            ExecMessage said = next(command);
            assertThat(said.channel()).isEqualTo(ExecMessage.STDERR);
            assertThat(new String(said.bytes(), StandardCharsets.UTF_8)).contains("/run/netns/web");
            assertThat(next(command).exitCode()).isEqualTo(1);
            assertThat(command.receive()).isNull();
        }
    }

    @Test
    void aCommandInAPodOfANodeThatDoesNotAnswerFails() throws Exception {
        there.objects.put("pods/default/web", pod("web", "node-b"));
        there.close();

        try (Conversation command = client.converse("/osier/v1/pods/web/exec?command=true")) {
            assertThatThrownBy(() -> next(command).exitCode())
                    .hasMessageContaining("node node-b: no agent answers at " + there.endpoint);
        }
    }

    @Test
    void aCommandHasWordsAndAPod() {
        there.objects.put("pods/default/web", pod("web", "node-b"));

        assertThatThrownBy(() -> client.converse("/osier/v1/pods/web/exec")).hasMessage("command is missing");
        assertThatThrownBy(() -> client.converse("/osier/v1/pods/none/exec?command=true"))
                .hasMessage("pods \"none\" not found");
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        there.close();

        assertThatThrownBy(() -> client.get("/osier/v1/status?node=node-b"))
                .hasMessageContaining("node node-b: no agent answers at " + there.endpoint);
        assertThatThrownBy(() -> client.stream("/osier/v1/capture?node=node-b").read())
                .hasMessageContaining("node node-b: no agent answers at " + there.endpoint);
    }

    /** Whoever cannot reach a node must not take its subnet from under its pods. */
    @Test
    void aNodeThatDoesNotAnswerButGivesSignsOfLifeIsNotDeleted() {
        there.close();
        try (StateStore store = there.openStore();
                Presence presence = new Presence(store, "node-b", "node-b", Duration.ofMillis(50))) {
            assertThat(presence).isNotNull();
            assertThatThrownBy(() -> client.delete("/api/v1/nodes/node-b"))
                    .hasMessageContaining("node node-b has a running agent: stop it first");
        }
    }

    @Test
    void aDeadNodeIsShownAsSuchAndDeletedWithAllThatItHad() {
        there.objects.put("pods/default/web", pod("web", "node-b"));
        assertThat(there.claims.claim(IpAddress.parse("10.32.1.2"), "pods/default/web"))
                .isTrue();
        there.close();

        JsonNode status = client.get("/api/v1/nodes/node-b").path("status");
        assertThat(status.path("ready").asBoolean()).isFalse();
        assertThat(status.path("conditions").path(0).path("message").asString())
                .isEqualTo("no agent answers at " + there.endpoint);

        client.delete("/api/v1/nodes/node-b");
        try (StateStore store = there.openStore()) {
            assertThat(store.list("nodes")).extracting(Versioned::key).containsExactly("nodes/node-a");
            assertThat(store.list("leases")).extracting(Versioned::key).containsExactly("leases/10.32.0.0-24");
            assertThat(store.list("claims")).isEmpty();
            assertThat(store.list("pods")).isEmpty();
            assertThat(store.list("presence")).isEmpty();
        }
    }

    private static Pod pod(String name, String node) {
        ObjectMeta metadata = ObjectMeta.named(name).withNamespace("default").created("uid-" + name, Instant.EPOCH);
        return Pod.of(metadata, new PodSpec(node, null, List.of(), "Always"), PodStatus.running("10.32.1.2", 0));
    }
}
