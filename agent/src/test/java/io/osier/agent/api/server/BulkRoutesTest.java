package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.agent.model.Node;
import io.osier.agent.model.Service;
import io.osier.agent.store.Keys;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Many objects in one question: each has its own result, and with every address goes one claim. */
@Timeout(60)
class BulkRoutesTest {
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

    @Test
    void eachObjectHasItsResultAndABadOneStopsNoOther() {
        JsonNode answer = ask(
                agent,
                "apply",
                service("a", "10.96.0.10"),
                service("b", "10.96.0.10"),
                service("c", "192.0.2.1"),
                Json.object().put("kind", "Cat"),
                Json.object().put("kind", "Service").put("apiVersion", "v1"),
                endpoints("a", "10.32.0.2"),
                service("d", null));

        assertThat(results(answer))
                .containsExactly(
                        "created",
                        "422 spec.clusterIP: Invalid value: \"10.96.0.10\": provided IP is already allocated to"
                                + " services/default/a",
                        "422 spec.clusterIP: Invalid value: \"192.0.2.1\": not in the service range 10.96.0.0/12",
                        "422 kind: unknown kind \"Cat\"",
                        "422 metadata: Required value (and 1 more after it)",
                        "created",
                        "created");
        assertThat(names()).containsExactly("a", "d");
        assertClaimsMatch();
    }

    @Test
    void whatIsAppliedAgainIsUnchangedAndWhatIsDifferentIsConfigured() throws IOException {
        ask(agent, "apply", service("a", null), endpoints("a", "10.32.0.2"), service("b", null));
        String before = snapshot();

        assertThat(results(ask(other, "apply", service("a", null), endpoints("a", "10.32.0.2"), service("b", null))))
                .containsExactly("unchanged", "unchanged", "unchanged");
        assertThat(snapshot()).isEqualTo(before);

        ObjectNode labelled = service("b", null);
        ((ObjectNode) labelled.path("metadata")).putObject("labels").put("tier", "front");
        assertThat(results(ask(other, "apply", service("a", null), endpoints("a", "10.32.0.3"), labelled)))
                .containsExactly("unchanged", "configured", "configured");
        assertThat(results(ask(agent, "apply", service("a", "10.96.7.7"))))
                .containsExactly("422 spec.clusterIP: Invalid value: \"10.96.7.7\": field is immutable: delete the"
                        + " service and create it anew");
        assertClaimsMatch();
    }

    @Test
    void aNodeIsLabelledWhereverItIsAndDoesNotMove() {
        ObjectNode node = node("far");
        node.putObject("spec").putArray("podCIDRs").add("10.47.9.0/24");
        address(node, "172.30.0.9");
        ObjectNode labelled = node("far");
        ((ObjectNode) labelled.path("metadata")).putObject("labels").put(Node.ZONE, "east");
        ObjectNode moved = node("far");
        address(moved, "172.30.0.10");

        assertThat(results(ask(agent, "apply", node, labelled, labelled, moved)))
                .containsExactly(
                        "created",
                        "configured",
                        "unchanged",
                        "422 a node cannot move: delete node far and create it anew");

        Node after = agent.objects.get(Keys.node("far"), Node.class).orElseThrow();
        assertThat(after.metadata().labels()).containsExactly(Map.entry(Node.ZONE, "east"));
        assertThat(after.spec().podCIDRs()).containsExactly("10.47.9.0/24");
        assertThat(after.underlayAddress()).isEqualTo("172.30.0.9");
    }

    @Test
    void theSameObjectTwiceInOneQuestion() {
        assertThat(results(ask(agent, "apply", service("a", null), service("a", null))))
                .containsExactly("created", "unchanged");
        assertThat(results(ask(agent, "delete", service("a", null), service("a", null))))
                .containsExactly("deleted", "404 services \"a\" not found");
        assertClaimsMatch();
    }

    @Test
    void moreObjectsThanTheStoreTakesAtOnce() throws IOException {
        int count = 2_500; // of two keys each
        ObjectNode[] services =
                IntStream.range(0, count).mapToObj(i -> service("s-" + i, null)).toArray(ObjectNode[]::new);
        assertThat(results(ask(agent, "apply", services))).hasSize(count).containsOnly("created");
        assertThat(names()).hasSize(count);
        assertClaimsMatch();

        assertThat(results(ask(other, "delete", services))).hasSize(count).containsOnly("deleted");
        assertThat(names()).isEmpty();
        assertThat(claims()).isEmpty();
    }

    /** Both write the same names, in opposite order, a hundred at a time; each object is created by one of them. */
    @Test
    void twoAgentsThatAreAskedForTheSameAtOnceMakeEachObjectOnce() throws Exception {
        int count = 300;
        List<Callable<List<String>>> both = List.of(
                () -> results(ask(agent, "apply", services(count, false))),
                () -> results(ask(other, "apply", services(count, true))));
        List<String> all = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (Future<List<String>> results : threads.invokeAll(both)) {
                all.addAll(results.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(all).hasSize(2 * count).containsOnly("created", "unchanged");
        assertThat(all.stream().filter("created"::equals)).hasSize(count);
        assertThat(names()).hasSize(count);
        assertClaimsMatch();
    }

    @Test
    void whatIsCreatedMustNotBeThere() {
        assertThat(results(ask(agent, "create", service("a", null)))).containsExactly("created");
        assertThat(results(ask(other, "create", service("a", null), service("b", null))))
                .containsExactly("409 services \"a\" already exists", "created");
        assertClaimsMatch();
    }

    @Test
    void objectsAreShownToThoseWhoAskForThem() {
        for (String verb : List.of("create", "apply")) {
            JsonNode item = ask(agent, verb + "?objects=true", service("a", "10.96.0.10"))
                    .path("items")
                    .get(0);
            assertThat(item.path("object").path("spec").path("type").asString()).isEqualTo("ClusterIP");
            assertThat(item.path("object").path("metadata").has("uid")).isTrue();
        }
        assertThat(ask(agent, "apply", service("a", null)).path("items").get(0).has("object"))
                .isFalse();
    }

    @Test
    void aQuestionThatIsNoListIsRefused() {
        assertThat(RequestHandler.answer(agent.routes, "POST", "/osier/v1/apply", "{}".getBytes(StandardCharsets.UTF_8))
                        .status())
                .isEqualTo(422);
        assertThat(RequestHandler.answer(agent.routes, "GET", "/osier/v1/apply", new byte[0])
                        .status())
                .isEqualTo(405);
        assertThat(RequestHandler.answer(agent.routes, "POST", "/osier/v1/apply/x", new byte[0])
                        .status())
                .isIn(404, 405);
    }

    /** Every service has an address of its own that is claimed for it, and nothing else is claimed. */
    private void assertClaimsMatch() {
        List<Service> services = agent.objects.list(Keys.SERVICES, Service.class);
        assertThat(claims())
                .containsExactlyInAnyOrderElementsOf(services.stream()
                        .map(service -> String.valueOf(service.spec().clusterIP()))
                        .toList());
        for (Service service : services) {
            assertThat(agent.claims.ownerOf(
                            IpAddress.parse(String.valueOf(service.spec().clusterIP()))))
                    .contains("services/default/" + service.metadata().name());
        }
    }

    private List<String> claims() {
        try (Stream<Path> files = Files.list(folder.resolve("store/claims"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private List<String> names() {
        return agent.objects.list(Keys.SERVICES, Service.class).stream()
                .map(service -> service.metadata().name())
                .toList();
    }

    /** All of the store as it is, revisions included. */
    private String snapshot() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder.resolve("store"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(file).append('=').append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    private static ObjectNode[] services(int count, boolean backwards) {
        return IntStream.range(0, count)
                .mapToObj(i -> service("s-" + (backwards ? count - 1 - i : i), null))
                .toArray(ObjectNode[]::new);
    }

    private static ObjectNode service(String name, @Nullable String address) {
        ObjectNode service = Json.object().put("apiVersion", "v1").put("kind", "Service");
        service.putObject("metadata").put("name", name);
        ObjectNode spec = service.putObject("spec");
        if (address != null) {
            spec.put("clusterIP", address);
        }
        spec.putArray("ports").addObject().put("port", 80);
        return service;
    }

    private static ObjectNode node(String name) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        node.putObject("metadata").put("name", name);
        return node;
    }

    private static void address(ObjectNode node, String address) {
        node.putObject("status")
                .putArray("addresses")
                .addObject()
                .put("type", "InternalIP")
                .put("address", address);
    }

    private static ObjectNode endpoints(String name, String address) {
        ObjectNode endpoints = Json.object().put("apiVersion", "v1").put("kind", "Endpoints");
        endpoints.putObject("metadata").put("name", name);
        ObjectNode subset = endpoints.putArray("subsets").addObject();
        subset.putArray("addresses").addObject().put("ip", address);
        subset.putArray("ports").addObject().put("port", 80);
        return endpoints;
    }

    private static JsonNode ask(TestAgent agent, String verb, ObjectNode... items) {
        ApiResponse response = RequestHandler.answer(
                agent.routes,
                "POST",
                "/osier/v1/" + verb + (verb.contains("?") ? "&" : "?") + "namespace=default",
                Json.bytes(ObjectRoutes.listOf(List.of(items))));
        assertThat(response.status()).isEqualTo(200);
        return Json.parse(response.body());
    }

    private static List<String> results(JsonNode answer) {
        List<String> results = new ArrayList<>();
        for (JsonNode item : answer.path("items")) {
            results.add(
                    item.has("result")
                            ? item.path("result").asString()
                            : item.path("code").asInt() + " "
                                    + item.path("message").asString());
        }
        return results;
    }
}
