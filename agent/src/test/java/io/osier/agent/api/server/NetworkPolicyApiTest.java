package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.store.Keys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Network policies are objects as the others are: made, listed, changed and deleted, one by one and many at once. */
@Timeout(60)
class NetworkPolicyApiTest {
    private static final String POLICIES = "/api/v1/networkpolicies";
    private static final String DENY_ALL = """
            {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny-all"},
             "spec":{"podSelector":{}}}""";
    private static final String FROM_WEB = """
            {"metadata":{"name":"deny-all"},"spec":{"podSelector":{},"ingress":[{"from":[{"podSelector":
             {"matchLabels":{"app":"web"}}}],"ports":[{"port":80}]}]}}""";

    @TempDir
    private Path folder;

    private TestAgent agent;

    @BeforeEach
    void begin() throws IOException {
        agent = new TestAgent(folder, 0);
    }

    @AfterEach
    void end() {
        agent.close();
    }

    private record Answer(int status, JsonNode body) {
        String message() {
            return body.path("message").asString("");
        }
    }

    private Answer ask(String method, String uri, String body) {
        ApiResponse answer = RequestHandler.answer(agent.routes, method, uri, body.getBytes(StandardCharsets.UTF_8));
        return new Answer(answer.status(), Json.parse(answer.body()));
    }

    private List<String> names(String uri) {
        return ask("GET", uri, "")
                .body()
                .path("items")
                .valueStream()
                .map(item -> item.path("metadata").path("name").asString(""))
                .toList();
    }

    @Test
    void isCreatedOnceAndSaysWhatItsManifestLeavesOut() {
        Answer created = ask("POST", POLICIES, DENY_ALL);
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body().path("spec").toString())
                .isEqualTo("{\"podSelector\":{},\"policyTypes\":[\"Ingress\"]}");
        assertThat(created.body().path("metadata").path("uid").asString("")).isNotEmpty();
        assertThat(ask("GET", POLICIES + "/deny-all", "").body()).isEqualTo(created.body());

        Answer again = ask("POST", POLICIES, DENY_ALL);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.message()).isEqualTo("networkpolicies.networking.k8s.io \"deny-all\" already exists");
    }

    @Test
    void isReplacedAndKeepsItsIdentity() {
        JsonNode first = ask("PUT", POLICIES + "/deny-all", DENY_ALL).body();
        assertThat(first.path("result").asString("")).isEqualTo("created");
        assertThat(ask("PUT", POLICIES + "/deny-all", DENY_ALL)
                        .body()
                        .path("result")
                        .asString(""))
                .isEqualTo("unchanged");
        JsonNode changed = ask("PUT", POLICIES + "/deny-all", FROM_WEB).body();
        assertThat(changed.path("result").asString("")).isEqualTo("configured");
        assertThat(changed.path("object").path("metadata"))
                .isEqualTo(first.path("object").path("metadata"));
        assertThat(changed.path("object").path("spec").path("ingress").toString())
                .isEqualTo("[{\"from\":[{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}}}],"
                        + "\"ports\":[{\"protocol\":\"TCP\",\"port\":80}]}]");
    }

    @Test
    void isInItsNamespaceAndGoesFromThere() {
        ask("POST", POLICIES, DENY_ALL);
        ask("POST", POLICIES + "?namespace=other", DENY_ALL.replace("deny-all", "there"));
        assertThat(names(POLICIES)).containsExactly("deny-all");
        assertThat(names(POLICIES + "?namespace=other")).containsExactly("there");
        assertThat(names(POLICIES + "?allNamespaces=true")).containsExactly("deny-all", "there");
        assertThat(agent.objects.list(Keys.NETWORK_POLICIES, NetworkPolicy.class))
                .hasSize(2);

        assertThat(ask("DELETE", POLICIES + "/there", "").status()).isEqualTo(404);
        assertThat(ask("DELETE", POLICIES + "/there?namespace=other", "").status())
                .isEqualTo(200);
        assertThat(names(POLICIES + "?allNamespaces=true")).containsExactly("deny-all");
        assertThat(ask("DELETE", POLICIES + "/there?namespace=other", "").message())
                .isEqualTo("networkpolicies.networking.k8s.io \"there\" not found");
    }

    @Test
    void manyAtOnceAreJudgedOneByOne() {
        String bad = FROM_WEB.replace("{\"metadata\"", "{\"kind\":\"NetworkPolicy\",\"metadata\"")
                .replace("\"port\":80", "\"port\":80,\"endPort\":79");
        JsonNode answer = ask("POST", "/osier/v1/apply", "{\"items\":[" + bad + "," + DENY_ALL + "]}")
                .body();
        assertThat(answer.path("items").get(0).path("message").asString(""))
                .isEqualTo(
                        "spec.ingress[0].ports[0].endPort: Invalid value: \"79\": must be greater than or equal to port");
        assertThat(answer.path("items").get(1).path("result").asString("")).isEqualTo("created");
        assertThat(ask("POST", "/osier/v1/delete", "{\"items\":[" + DENY_ALL + "]}")
                        .body()
                        .path("items")
                        .get(0)
                        .path("result")
                        .asString(""))
                .isEqualTo("deleted");
        assertThat(names(POLICIES)).isEmpty();
    }

    @Test
    void aWrongFieldIsNamed() {
        Answer answer = ask("POST", POLICIES, DENY_ALL.replace("podSelector", "podSelektor"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.message()).isEqualTo("unknown field \"spec.podSelektor\": did you mean podSelector?");
    }
}
