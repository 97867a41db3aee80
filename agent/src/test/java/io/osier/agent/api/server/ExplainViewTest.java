package io.osier.agent.api.server;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.service.ServicePolicy.Locality;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.SimulatedCluster;
import io.osier.dataplane.simulation.SimulatedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Which backends a packet to a service is explained for, and that the steps say the same as their heading. */
class ExplainViewTest {
    private static final int SECONDS = 60;
    private static final List<String> BACKENDS = List.of("10.32.0.3:8080", "10.32.0.3:8081", "10.32.0.4:8080");
    private static final List<String> BACKENDS6 =
            List.of("fd6f:7369:6572:1::a20:3:8080", "fd6f:7369:6572:1::a20:3:8081", "fd6f:7369:6572:1::a20:4:8080");
    private static final String CLUSTER_IP = "10.96.0.10";
    private static final String CLUSTER_IP6 = "fd6f:7369:6572:2::a";
    private static final String EXTERNAL_IP = "198.51.100.7";
    private static final String BALANCER = "198.51.100.8";
    private static final String NODE = "10.32.0.1";
    private static final Pod POD = Pod.of(ObjectMeta.named("client"), PodSpec.EMPTY, PodStatus.running("10.32.0.2", 0));

    private final SimulatedCluster cluster = new SimulatedCluster(1);
    private final SimulatedNode node = cluster.node("node-a", "10.32.0.0/24");
    private final MemoryPort client = node.pod("client", "10.32.0.2");
    private DirectoryStore store;
    private ClusterDirectory directory;
    private ExplainView view;
    private int sourcePort = 5000;

    @BeforeEach
    void populate(@TempDir Path folder) {
        store = DirectoryStore.open(folder);
        directory = new ClusterDirectory("node-a", store, "machine", "token");
        view = new ExplainView("node-a", node.underlayAddress(), 1, node.proxy(), directory);
        node.pod("web-1", "10.32.0.3");
        node.pod("web-2", "10.32.0.4");
        expose("default/web", CLUSTER_IP, 80, Exposure.CLUSTER_IP, BACKENDS);
        expose("default/web", CLUSTER_IP6, 80, Exposure.CLUSTER_IP, BACKENDS6);
        expose("default/web", EXTERNAL_IP, 80, Exposure.EXTERNAL_IP, BACKENDS);
        expose("default/web", BALANCER, 80, Exposure.LOAD_BALANCER, BACKENDS);
        expose("default/web", NODE, 30080, Exposure.NODE_ADDRESS, BACKENDS);
    }

    @AfterEach
    void close() {
        directory.close();
        store.close();
        cluster.close();
    }

    private void expose(String name, String address, int port, Exposure exposure, List<String> backends) {
        ServicePolicy policy = new ServicePolicy(exposure, Locality.NOBODY, SECONDS, List.of());
        cluster.exposed(name, address, port, policy, backends, List.of());
    }

    /** Opens a connection in earnest. */
    private void open(String address, int port) {
        String from = address.contains(":") ? "fd6f:7369:6572:1::a20:2" : "10.32.0.2";
        client.send(tcp().from(from, sourcePort++)
                .to(address, port)
                .fromMac(client.mac())
                .toMac(MacAddress.ofPod(node.gateway().v4Bits()))
                .syn());
        cluster.settle();
    }

    /** Each heading with what its steps say of the backend. */
    private List<String> explain(String address, int port) {
        JsonNode told = view.sent(POD, IpAddress.parse(address), IpProtocol.TCP, port);
        List<String> ways = new ArrayList<>();
        for (JsonNode way : told.path("ways")) {
            String backend = way.path("backend").asString("");
            JsonNode step = way.path("steps").path(0);
            assertThat(step.path("packet").asString("")).endsWith("> " + backend);
            ways.add((way.has("probability") ? "by chance " : "")
                    + (way.path("sessionAffinity").asBoolean() ? "as before " : "")
                    + step.path("translation")
                            .asString("")
                            .replaceAll(".* -> ", "")
                            .replaceAll(", client masqueraded.*", ""));
        }
        return ways;
    }

    private static List<String> eachOf(List<String> backends) {
        List<String> each = new ArrayList<>();
        for (int i = 0; i < backends.size(); i++) {
            String backend = backends.get(i).replaceAll("(fd.*):(\\d+)", "[$1]:$2");
            each.add("by chance " + backend + ", backend " + (i + 1) + " of 3, p=0.333");
        }
        return each;
    }

    private static int port(String address) {
        return address.equals(NODE) ? 30080 : 80;
    }

    @ParameterizedTest
    @ValueSource(strings = {CLUSTER_IP, EXTERNAL_IP, BALANCER, NODE, CLUSTER_IP6})
    void aClientWithoutAffinityMayGetEachBackend(String address) {
        assertThat(explain(address, port(address)))
                .isEqualTo(eachOf(address.equals(CLUSTER_IP6) ? BACKENDS6 : BACKENDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {CLUSTER_IP, EXTERNAL_IP, BALANCER, NODE})
    void aClientWithAffinityGetsItsBackendAtEveryAddress(String address) {
        open(CLUSTER_IP, 80);
        List<String> told = explain(address, port(address));

        assertThat(told).hasSize(1);
        assertThat(told.get(0))
                .startsWith(
                        "as before " + node.flow().backend() + ":" + node.flow().backendPort() + ", ");
        assertThat(told.get(0)).endsWith(", by session affinity");
        assertThat(explain(CLUSTER_IP6, 80))
                .as("by its other address it is new")
                .hasSize(3);
    }

    @Test
    void anIpv6ClientWithAffinityGetsItsBackend() {
        open(CLUSTER_IP6, 80);

        assertThat(explain(CLUSTER_IP6, 80)).hasSize(1).allMatch(told -> told.endsWith(", by session affinity"));
        assertThat(explain(CLUSTER_IP, 80)).hasSize(3);
    }

    @Test
    void eachPortOfAServiceHasAffinitiesOfItsOwn() {
        expose("default/two:http", "10.96.0.12", 80, Exposure.CLUSTER_IP, BACKENDS);
        expose("default/two:admin", "10.96.0.13", 81, Exposure.CLUSTER_IP, BACKENDS);
        open("10.96.0.13", 81);

        assertThat(explain("10.96.0.12", 80)).isEqualTo(eachOf(BACKENDS));
        assertThat(explain("10.96.0.13", 81)).hasSize(1);
    }

    @Test
    void anAffinityThatHasRunOutIsNone() {
        open(CLUSTER_IP, 80);
        cluster.advance(Duration.ofSeconds(SECONDS + 1));

        assertThat(explain(CLUSTER_IP, 80)).isEqualTo(eachOf(BACKENDS));
    }

    @Test
    void explainingMakesAndRefreshesNoAffinity() {
        explain(CLUSTER_IP, 80);
        assertThat(explain(CLUSTER_IP, 80)).hasSize(3);
        open(CLUSTER_IP, 80);
        cluster.advance(Duration.ofSeconds(SECONDS));
        assertThat(explain(CLUSTER_IP, 80)).hasSize(1);
        cluster.advance(Duration.ofSeconds(1));
        assertThat(explain(CLUSTER_IP, 80)).hasSize(3);
    }

    @Test
    void whoIsKeptToItsNodeMayGetTheBackendsOfThisNode() {
        ServicePolicy local = new ServicePolicy(Exposure.CLUSTER_IP, Locality.EVERYBODY, SECONDS, List.of());
        List<String> all = List.of("10.32.1.2:8080", "10.32.0.3:8080", "10.32.0.4:8080");
        cluster.exposed("default/local", "10.96.0.14", 80, local, all, all.subList(1, 3));

        assertThat(explain("10.96.0.14", 80))
                .containsExactly(
                        "by chance 10.32.0.3:8080, backend 1 of 2, p=0.5",
                        "by chance 10.32.0.4:8080, backend 2 of 2, p=0.5");
        open("10.96.0.14", 80);
        assertThat(explain("10.96.0.14", 80)).hasSize(1).allMatch(told -> told.startsWith("as before "));
    }
}
