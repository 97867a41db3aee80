package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.observe.CaptureReader;
import io.osier.dataplane.observe.CaptureRecorder;
import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.DecisionText;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.SimulatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By what a service's new flows get their backends. */
class BackendChoiceTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";
    private static final ServicePolicy MAGLEV = ServicePolicy.DEFAULT.with(new FlowPolicy(Balance.MAGLEV));
    private static final ServicePolicy LEAST = ServicePolicy.DEFAULT.with(new FlowPolicy(Balance.LEAST_CONNECTIONS));

    @Test
    void byMaglevAFlowMeetsTheSameBackendOnEveryNodeAndInEveryRun() {
        assertThat(backendsOfManyFlows(1, "10.32.0.0/24"))
                .isEqualTo(backendsOfManyFlows(2, "10.32.0.0/24"))
                .as("both backends")
                .anyMatch(to -> to.contains("10.33.0.2"))
                .anyMatch(to -> to.contains("10.33.0.3"));
    }

    /** What 50 flows of an outside client reach; the client comes to another node of another cluster with another seed. */
    private static List<String> backendsOfManyFlows(long seed, String subnet) {
        try (SimulatedCluster cluster = new SimulatedCluster(seed)) {
            MemoryPort pod = cluster.node("node-" + seed, subnet).pod(CLIENT);
            var servers = cluster.node("servers", "10.33.0.0/24");
            List<MemoryPort> ports = List.of(servers.pod("10.33.0.2"), servers.pod("10.33.0.3"));
            List<String> backends =
                    seed % 2 == 0 ? List.of("10.33.0.2:80", "10.33.0.3:80") : List.of("10.33.0.3:80", "10.33.0.2:80");
            cluster.exposed("default/web", VIP, 80, MAGLEV, backends, List.of());
            IntStream.range(4000, 4050)
                    .forEach(port ->
                            pod.send(tcp().from(CLIENT, port).to(VIP, 80).syn()));
            cluster.settle();
            List<String> reached = new ArrayList<>();
            ports.forEach(port -> reached.addAll(port.drain()));
            return reached;
        }
    }

    @Test
    void byMaglevABackendThatGoesTakesNoFlowOfTheOthersAlong() {
        cluster.exposed("default/web", VIP, 80, MAGLEV, List.of(NEAR + ":80", FAR + ":80"), List.of());
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        boolean wasNear = !near.drain().isEmpty();
        String stays = wasNear ? NEAR : FAR;

        cluster.exposed("default/web", VIP, 80, MAGLEV, List.of(stays + ":80"), List.of());
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack());

        assertThat((wasNear ? near : far).drain()).last().asString().endsWith("tcp [.]");
    }

    @ParameterizedTest
    @CsvSource({"RANDOM, p=0.5", "MAGLEV, by maglev", "LEAST_CONNECTIONS, by least connections"})
    void aCaptureSaysByWhat(Balance balance, String words) {
        ServicePolicy policy = ServicePolicy.DEFAULT.with(new FlowPolicy(balance));
        cluster.exposed("default/web", VIP, 80, policy, List.of(NEAR + ":80", FAR + ":80"), List.of());
        CaptureRecorder recorder = new CaptureRecorder(CaptureSelection.ALL, () -> 1, 1 << 16);
        nodeA.worker().observe(recorder);

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack());

        List<String> said = new ArrayList<>();
        new CaptureReader(recorder, "node-a", IpAddress.parse("172.30.0.1"))
                .drain(capture -> said.add(DecisionText.of(capture)));
        assertThat(said).filteredOn(text -> text.contains("DNAT")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(said).filteredOn(text -> text.contains("DNAT")).allMatch(text -> text.endsWith(" of 2, " + words));
    }

    @Test
    void byLeastConnectionsFlowsSpreadEvenly() {
        cluster.exposed("default/web", VIP, 80, LEAST, List.of(NEAR + ":80", FAR + ":80"), List.of());
        for (int port = 4000; port < 4010; port++) {
            send(client, tcp().from(CLIENT, port).to(VIP, 80).syn());
            assertThat(Math.abs(flowsTo(NEAR) - flowsTo(FAR)))
                    .as("never more than one apart")
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void byLeastConnectionsFlowsThatAreOverCountNoMore() {
        cluster.exposed("default/web", VIP, 80, LEAST, List.of(NEAR + ":80", FAR + ":80"), List.of());
        for (int port = 4000; port < 4010; port++) {
            send(client, tcp().from(CLIENT, port).to(VIP, 80).syn());
        }
        for (String flow : nodeA.flows()) {
            if (flow.contains(NEAR + ":80")) {
                int port = Integer.parseInt(flow.substring(flow.indexOf(':') + 1, flow.indexOf(' ')));
                send(client, tcp().from(CLIENT, port).to(VIP, 80).rst());
            }
        }
        near.drain();
        far.drain();

        for (int port = 5000; port < 5005; port++) {
            send(client, tcp().from(CLIENT, port).to(VIP, 80).syn());
        }
        assertThat(near.drain()).as("five behind").hasSize(5);
    }

    @Test
    void byLeastConnectionsFlowsThatExpiredCountNoMore() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":53");
        cluster.exposed("default/web", VIP, 80, LEAST, List.of(NEAR + ":80", FAR + ":80"), List.of());
        for (int port = 4000; port < 4010; port++) {
            send(client, tcp().from(CLIENT, port).to(VIP, 80).syn());
        }
        cluster.advance(Duration.ofSeconds(250));
        assertThat(nodeA.flows()).isEmpty();
        for (int port = 5000; port < 5010; port++) {
            send(client, tcp().from(CLIENT, port).to(VIP, 80).syn());
        }
        assertThat(flowsTo(NEAR)).isEqualTo(5);
    }

    private long flowsTo(String backend) {
        return nodeA.flows().stream()
                .filter(flow -> flow.contains(backend + ":80"))
                .count();
    }
}
