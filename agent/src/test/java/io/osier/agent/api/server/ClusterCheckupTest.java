package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.directory.DirectoryStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Who is asked what, and whose answer is held against whom. */
class ClusterCheckupTest {
    @TempDir
    private Path folder;

    private DirectoryStore store;
    private ObjectStore objects;
    /** How far a node's clock is ahead. */
    private final Map<String, Long> aheadMillis = new HashMap<>();
    /** Pairs such as {@code node-a -> node-b} between which nothing gets through. */
    private final Set<String> closed = ConcurrentHashMap.newKeySet();

    private final Map<String, String> sentBy = new ConcurrentHashMap<>();

    @BeforeEach
    void twoNodesAndAForeignOne() {
        store = DirectoryStore.open(folder);
        objects = new ObjectStore(store);
        enter("node-a", "172.30.0.1", false);
        enter("node-b", "172.30.0.2", false);
        enter("other", "172.30.0.9", true);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void enter(String name, String underlay, boolean foreign) {
        Node.Status status = new Node.Status(
                List.of(new Node.Address("InternalIP", underlay)), null, null, null, null, List.of(), null, null);
        objects.put(Keys.node(name), Node.of(ObjectMeta.named(name), new Node.Spec(null, List.of(), foreign), status));
    }

    private JsonNode answer(String node, String uri) {
        if (node.equals("node-c")) {
            throw new ApiError(503, "ServiceUnavailable", "no route to host");
        }
        if (uri.equals("/osier/v1/checkup")) {
            return facts(node);
        }
        String id = uri.replaceAll(".*(id|seen)=", "");
        if (uri.contains("seen=")) {
            boolean lost = closed.contains(sentBy.get(id) + " -> " + node);
            return Json.object().put("seen", lost ? 0 : 3);
        }
        sentBy.put(id, node);
        return Json.object().put("sent", 3);
    }

    /** An agent that takes a tenth of a second for its answer, in which its clock is read in the middle. */
    private ObjectNode facts(String node) {
        ObjectNode facts = Json.object()
                .put("version", "1.2")
                .put("leases", 1)
                .put("podMtuBytes", 1_450)
                .put("gateway", node.equals("node-a") ? "10.32.0.1" : "10.32.1.1")
                .put("checkupMillis", 100)
                .put("clockMillis", System.currentTimeMillis() + aheadMillis.getOrDefault(node, 0L) + 50);
        facts.putArray("offloads").add("csum");
        facts.putArray("peers")
                .addObject()
                .put("name", "other")
                .put("address", "172.30.0.9")
                .put("foreign", true)
                .put("remoteChecksum", true);
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return facts;
    }

    private List<String> told() {
        return new ClusterCheckup(objects, this::answer)
                .run()
                .path("findings")
                .valueStream()
                .map(finding -> finding.path("about").asString() + " "
                        + finding.path("level").asString() + " "
                        + finding.path("text").asString())
                .toList();
    }

    @Test
    void everyPairIsProbedBothWays() {
        assertThat(told())
                .contains(
                        "other ok foreign node at 172.30.0.9: no agent to ask",
                        "node-a -> node-b ok tunnel: all probes arrived",
                        "node-a -> node-b ok full-size: packets of 1450 bytes arrive",
                        "node-b -> node-a ok tunnel: all probes arrived",
                        "cluster ok clocks agree within a second",
                        "cluster ok pods have one MTU: 1450 bytes")
                .noneMatch(finding -> finding.contains(" fail ") || finding.contains(" warn "));
    }

    @Test
    void oneDirectionThatIsClosed() {
        closed.add("node-b -> node-a");
        assertThat(told())
                .contains(
                        "node-a -> node-b ok tunnel: all probes arrived",
                        "node-b -> node-a fail tunnel: none of 3 probes arrived, while the other way is open");
    }

    @Test
    void aClockThatIsAhead() {
        aheadMillis.put("node-b", 60_000L);
        assertThat(told())
                .anyMatch(finding ->
                        finding.matches("cluster warn clocks differ: node-b is (59|60)[0-9]{3} ms ahead of node-a"));
    }

    @Test
    void aNodeThatDoesNotAnswerIsProbedByNobody() {
        enter("node-c", "172.30.0.3", false);
        assertThat(told())
                .contains("node-c fail its agent does not answer: no route to host")
                .noneMatch(finding -> finding.contains("-> node-c"));
    }

    @Test
    void anUnderlayAddressThatTwoHave() {
        enter("other", "172.30.0.2", true);
        assertThat(told()).contains("cluster fail underlay address 172.30.0.2 is both node node-b's and node other's");
    }
}
