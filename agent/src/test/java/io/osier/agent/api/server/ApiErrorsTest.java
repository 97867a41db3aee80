package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.agent.model.Pod;
import io.osier.dataplane.packet.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Whatever is asked, the answer says in Kubernetes' words what is wrong, and the next question is answered. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ApiErrorsTest {
    @TempDir
    private Path folder;

    private TestAgent agent;
    private TestAgent other;

    @BeforeEach
    void begin() throws IOException {
        agent = new TestAgent(folder, 0);
        other = new TestAgent(folder, 1);
    }

    @AfterEach
    void end() {
        agent.close();
        other.close();
    }

    private record Answer(int code, JsonNode body) {}

    /** Sends these very bytes and reads until the answer is whole. */
    private Answer raw(byte[] request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(agent.socket));
            ByteBuffer out = ByteBuffer.wrap(request);
            while (out.hasRemaining()) {
                channel.write(out);
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer in = ByteBuffer.allocate(65_536);
            while (!isWhole(answer.toString(StandardCharsets.UTF_8)) && channel.read(in) >= 0) {
                answer.write(in.array(), 0, in.position());
                in.clear();
            }
            String text = answer.toString(StandardCharsets.UTF_8);
            int body = text.indexOf("\r\n\r\n") + 4;
            return new Answer(
                    Integer.parseInt(text.split(" ", 3)[1]),
                    Json.parse(text.substring(body).getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static boolean isWhole(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        int length = answer.toLowerCase(Locale.ROOT)
                .lines()
                .filter(line -> line.startsWith("content-length: "))
                .mapToInt(line -> Integer.parseInt(line.substring("content-length: ".length())))
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        return answer.length() - end - 4 >= length;
    }

    private Answer ask(String method, String uri, String body) throws IOException {
        return raw((method + " " + uri + " HTTP/1.1\r\nHost: osier\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
    }

    private void assertRefused(Answer answer, int code, String reason, String message) throws IOException {
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.body().path("kind").asString("")).isEqualTo("Status");
        assertThat(answer.body().path("apiVersion").asString("")).isEqualTo("v1");
        assertThat(answer.body().path("status").asString("")).isEqualTo("Failure");
        assertThat(answer.body().path("code").asInt(0)).isEqualTo(code);
        assertThat(answer.body().path("reason").asString("")).isEqualTo(reason);
        assertThat(answer.body().path("message").asString("")).contains(message).doesNotContain("\n");
        assertThat(ask("GET", "/api/v1/nodes", "").code()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 404, NotFound",
        "GET, /api/v1/secrets, 404, NotFound",
        "GET, /api/v1/pods/web-1, 404, NotFound",
        "GET, /api/v1/pods/web-1/log, 404, NotFound",
        "GET, /osier/v1/nothing, 404, NotFound",
        "GET, /osier/v1/status/more, 404, NotFound",
        "GET, /osier/v1/pods/web-1/log, 404, NotFound",
        "GET, /osier/v1/pods/web-1/log/more, 404, NotFound",
        "GET, /osier/v1/flows?node=node-z, 404, NotFound",
        "GET, /osier/v1/capture?node=node-z, 404, NotFound",
        "GET, /osier/v1/status?node=*, 400, BadRequest",
        "GET, /api/v1/pods/%zz, 400, BadRequest",
        "GET, /api/v1/pods/..?namespace=.., 400, BadRequest",
        "GET, /api/v1/pods/web-1?namespace=a/b, 404, NotFound",
        "POST, /osier/v1/flows, 405, MethodNotAllowed",
        "PATCH, /api/v1/pods/web-1, 405, MethodNotAllowed",
        "DELETE, /api/v1/pods, 405, MethodNotAllowed",
        "DELETE, /api/v1/services/web, 404, NotFound",
        "DELETE, /api/v1/nodes/node-a, 409, Conflict",
    })
    void whatIsNotThereOrNotAllowed(String method, String uri, int code, String reason) throws IOException {
        assertRefused(ask(method, uri, ""), code, reason, "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '!',
            value = {
                "!!                                                   | no object",
                "{                                                    | not JSON",
                "{'metadata':{'name':'a'},'metadata':{}}              | not JSON: line 1, column 36: Duplicate",
                "{'metadata':{'name':'a'}} x                          | not JSON",
                "{'kind':'Service','metadata':{'name':'a'}}           | kind: Invalid value: \"Service\": must be Pod",
                "{'apiVersion':'v2','metadata':{'name':'a'}}          | unknown apiVersion \"v2\"",
                "{'metadata':{'name':'a','labels':{'v':1.10}}}        | metadata.labels.v: must be a text, not the number",
                "{'metadata':{'name':'a'},'spec':{'nodNam':'x'}}      | did you mean nodeName?",
                "{'metadata':{'name':'a'},'spec':{'hostNetwork':true}} | spec.hostNetwork: not served yet",
                "[]                                                   | no object",
                "{}                                                   | metadata",
                "{'metadata':{}}                                      | metadata.name: Required",
                "{'metadata':{'name':'Web'}}                          | RFC 1123",
                "{'metadata':{'name':'a','nam':1}}                    | metadata.nam",
                "{'metadata':{'name':'a'},'spec':{'podIP':'1.2.3.4'}}   | not in the pod range",
                "{'metadata':{'name':'a'},'spec':{'podIP':'10.32.0.1'}} | reserved in subnet",
            })
    void objectsThatAreNone(String body, String message) throws IOException {
        assertRefused(ask("POST", "/api/v1/pods", body.replace('\'', '"')), 422, "Invalid", message);
        assertThat(agent.objects.list("pods", Pod.class)).isEmpty();
    }

    @Test
    void aBodyThatIsTooLong() throws IOException {
        assertRefused(
                ask("POST", "/api/v1/pods", "x".repeat(ApiServer.MAX_BODY_BYTES + 1)),
                413,
                "RequestEntityTooLarge",
                "longer than " + ApiServer.MAX_BODY_BYTES + " bytes");
    }

    @Test
    void aBodyOfManyLevels() throws IOException {
        assertRefused(ask("POST", "/api/v1/pods", "[".repeat(1_000_000)), 422, "Invalid", "not JSON");
    }

    @Test
    void whatIsNoHttp() throws IOException {
        assertRefused(
                raw("this is\0no HTTP\r\n\r\n".getBytes(StandardCharsets.UTF_8)), 400, "BadRequest", "not an HTTP");
    }

    @Test
    void aSecondOfTheSameName() throws IOException {
        String pod = "{\"metadata\":{\"name\":\"web-1\"}}";
        assertThat(ask("POST", "/api/v1/pods", pod).code()).isEqualTo(201);

        assertRefused(ask("POST", "/api/v1/pods", pod), 409, "AlreadyExists", "pods \"web-1\" already exists");
    }

    @Test
    void anAddressThatIsTakenLeavesNoPodBehind() throws IOException {
        String pod = "{\"metadata\":{\"name\":\"NAME\"},\"spec\":{\"podIP\":\"10.32.0.9\"}}";
        assertThat(ask("POST", "/api/v1/pods", pod.replace("NAME", "web-1")).code())
                .isEqualTo(201);

        assertRefused(
                ask("POST", "/api/v1/pods", pod.replace("NAME", "web-2")),
                422,
                "Invalid",
                "taken by pods/default/web-1");
        assertThat(ask("GET", "/api/v1/pods/web-2", "").code()).isEqualTo(404);
    }

    @Test
    void theAddressOfADeletedNodesPodIsFreeAgain() throws IOException {
        String pod = "{\"metadata\":{\"name\":\"web-1\"},\"spec\":{\"podIP\":\"10.32.1.9\",\"nodeName\":\"node-b\"}}";
        assertThat(ask("POST", "/api/v1/pods", pod).code()).isEqualTo(201);
        other.stopAnswering();

        assertThat(ask("DELETE", "/api/v1/nodes/node-b", "").code()).isEqualTo(200);

        assertThat(agent.claims.ownerOf(IpAddress.parse("10.32.1.9"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"node=*", "node=*&node=*", "a=1;node=*", "n%6fde=*", "node=%2A&node=node-b"})
    void allNodesAreAskedOnceHoweverItIsWritten(String query) throws IOException {
        JsonNode list = ask("GET", "/osier/v1/drops?" + query, "").body();

        assertThat(list.path("items").findValuesAsString("node")).containsExactly("node-a", "node-b");
        assertThat(list.has("unreachable")).isFalse();
    }

    @Test
    void aNodeSaysAsAConditionWhetherItIsReady() throws IOException {
        JsonNode condition = ask("GET", "/api/v1/nodes/node-b", "")
                .body()
                .path("status")
                .path("conditions")
                .path(0);
        assertThat(condition.toString())
                .isEqualTo("{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"AgentAnswering\"}");

        other.stopAnswering();
        assertThat(ask("GET", "/api/v1/nodes/node-b", "")
                        .body()
                        .path("status")
                        .path("conditions")
                        .toString())
                .contains("{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"AgentNotAnswering\"");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 10.32.9.0/24, status.addresses: Invalid value",
        "172.30.0.9, 10.96.9.0/24, overlaps the service range"
    })
    void aForeignNodeThatCannotBeReachedIsRefused(String address, String range, String why) throws IOException {
        assertRefused(ask("POST", "/api/v1/nodes", """
                        {"metadata":{"name":"kernel"},"spec":{"podCIDRs":["%s"]},
                         "status":{"addresses":[{"type":"InternalIP","address":"%s"}]}}""".formatted(range, address)), 422, "Invalid", why);
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() throws IOException {
        other.stopAnswering();

        JsonNode list = ask("GET", "/osier/v1/drops?node=*", "").body();

        assertThat(list.path("items").findValuesAsString("node")).containsExactly("node-a");
        assertThat(list.path("unreachable").get(0).asString("")).isEqualTo("node-b");
        assertRefused(
                ask("GET", "/osier/v1/drops?node=node-b", ""),
                503,
                "ServiceUnavailable",
                "node node-b: no agent answers");
    }

    @Test
    void anotherNodesRefusalComesThroughAsItIs() throws IOException {
        assertRefused(ask("GET", "/osier/v1/nothing?node=node-b", ""), 404, "NotFound", "the server has no");
    }

    /** They are lists of the shape that all lists have. */
    @Test
    void whatANodeTellsHasNames() throws IOException {
        assertThat(ask("GET", "/osier/v1/leases", "")
                        .body()
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("metadata").path("name").asString()))
                .containsExactly("10.32.0.0-24", "10.32.1.0-24");
        for (String list : List.of("leases", "routes", "fdb", "flows")) {
            assertThat(ask("GET", "/osier/v1/" + list, "")
                            .body()
                            .path("items")
                            .valueStream()
                            .map(item -> item.path("metadata").path("name").asString("")))
                    .as(list)
                    .doesNotContain("")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void whatIsForAPodsLifeIsNotChanged() throws IOException {
        String pod = """
                {"metadata":{"name":"web-1"},"spec":{"restartPolicy":"Never","containers":[{"command":["true"]}]}}""";
        assertThat(ask("PUT", "/api/v1/pods/web-1", pod).code()).isEqualTo(200);

        assertThat(ask("PUT", "/api/v1/pods/web-1", pod).body().path("result").asString(""))
                .isEqualTo("unchanged");
        for (String other : List.of(pod.replace("true", "false"), pod.replace("Never", "Always"))) {
            assertRefused(ask("PUT", "/api/v1/pods/web-1", other), 422, "Invalid", "delete the pod and create it anew");
        }
    }

    @Test
    void portsOfTheSameAddressesAreOneSubset() throws IOException {
        String service = """
                {"metadata":{"name":"web"},"spec":{"ports":[{"name":"http","port":80,"targetPort":8000},
                 {"name":"https","port":443,"targetPort":8443},{"name":"old","port":81,"targetPort":8001}]}}""";
        String slice = """
                {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4",
                 "metadata":{"name":"web-1","labels":{"kubernetes.io/service-name":"web"}},
                 "endpoints":[{"addresses":["10.32.1.2"]},{"addresses":["10.32.0.2"]}],
                 "ports":[{"name":"http","port":8000},{"name":"https","port":8443}]}""";
        ask("PUT", "/api/v1/services/web", service);
        ask("PUT", "/api/v1/endpointslices/web-1", slice);
        ask(
                "PUT",
                "/api/v1/endpointslices/web-2",
                slice.replace("web-1", "web-2")
                        .replace("10.32.1.2", "10.32.1.3")
                        .replace(",{\"name\":\"https\",\"port\":8443}", ",{\"name\":\"old\",\"port\":8001}")
                        .replace("{\"name\":\"http\",\"port\":8000},", ""));

        assertThat(ask("GET", "/api/v1/endpoints/web", "")
                        .body()
                        .path("subsets")
                        .toString())
                .isEqualTo("[{\"addresses\":[{\"ip\":\"10.32.0.2\"},{\"ip\":\"10.32.1.2\"}],"
                        + "\"ports\":[{\"name\":\"http\",\"port\":8000,\"protocol\":\"TCP\"},"
                        + "{\"name\":\"https\",\"port\":8443,\"protocol\":\"TCP\"}]},"
                        + "{\"addresses\":[{\"ip\":\"10.32.0.2\"},{\"ip\":\"10.32.1.3\"}],"
                        + "\"ports\":[{\"name\":\"old\",\"port\":8001,\"protocol\":\"TCP\"}]}]");
    }

    @Test
    void slicesAreListedAndTellTheEndpointsOfTheirService() throws IOException {
        String slice = """
                {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4",
                 "metadata":{"name":"web-1","labels":{"kubernetes.io/service-name":"web"}},
                 "endpoints":[{"addresses":["10.32.0.9"],"nodeName":"node-a"}],"ports":[{"port":8000}]}""";
        assertThat(ask(
                                "PUT",
                                "/api/v1/services/web",
                                "{'metadata':{'name':'web'},'spec':{'ports':[{'port':80}]}}".replace('\'', '"'))
                        .code())
                .isEqualTo(200);

        assertThat(ask("PUT", "/api/v1/endpointslices/web-1", slice)
                        .body()
                        .path("result")
                        .asString(""))
                .isEqualTo("created");
        assertThat(ask("PUT", "/api/v1/endpointslices/web-1", slice)
                        .body()
                        .path("result")
                        .asString(""))
                .isEqualTo("unchanged");
        assertThat(ask("PUT", "/api/v1/endpointslices/web-1", slice.replace("0.9", "0.8"))
                        .body()
                        .path("result")
                        .asString(""))
                .isEqualTo("configured");

        assertThat(ask("GET", "/api/v1/endpoints/web", "")
                        .body()
                        .path("subsets")
                        .findValuesAsString("ip"))
                .containsExactly("10.32.0.8");
        assertThat(ask("GET", "/api/v1/endpointslices", "")
                        .body()
                        .path("items")
                        .get(0)
                        .path("metadata")
                        .path("name")
                        .asString(""))
                .isEqualTo("web-1");
        assertRefused(ask("DELETE", "/api/v1/endpoints/web", ""), 409, "Conflict", "from its slices");
        assertThat(ask("DELETE", "/api/v1/endpointslices/web-1", "").code()).isEqualTo(200);
        assertRefused(ask("GET", "/api/v1/endpoints/web", ""), 404, "NotFound", "not found");
        assertRefused(ask("DELETE", "/api/v1/endpointslices/web-1", ""), 404, "NotFound", "not found");
    }

    @Test
    void theSocketIsForItsOwnerAndGroup() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(agent.socket)))
                .isEqualTo("rw-rw----");
    }
}
