package io.osier.agent.api.server;

import io.osier.agent.doctor.ClusterFindings;
import io.osier.agent.doctor.DuplicateAddresses;
import io.osier.agent.doctor.Finding;
import io.osier.agent.doctor.ForeignFindings;
import io.osier.agent.doctor.NodeFacts;
import io.osier.agent.doctor.NodeFindings;
import io.osier.agent.doctor.TunnelCheckup;
import io.osier.agent.model.Json;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks every node how it is, and sends probes between every two of them, both ways. */
final class ClusterCheckup {
    /** Asked at a time. */
    private static final int QUESTIONS = 32;

    private static final int SMALL_BYTES = 100;
    private static final long ON_THE_WAY_MILLIS = 300;

    private final ObjectStore objects;
    private final BiFunction<String, String, JsonNode> ask;
    private final ExecutorService questions = Executors.newFixedThreadPool(QUESTIONS, task -> {
        Thread thread = new Thread(task, "osier-doctor");
        thread.setDaemon(true);
        return thread;
    });

    /** @param ask a node's agent a question, and throws {@link ApiError} if it does not answer */
    ClusterCheckup(ObjectStore objects, BiFunction<String, String, JsonNode> ask) {
        this.objects = objects;
        this.ask = ask;
    }

    private record Told(@Nullable NodeFacts facts, String error, ClusterFindings.Clock clock) {}

    ObjectNode run() {
        List<Finding> findings = new ArrayList<>();
        List<NodeFacts> alive = new ArrayList<>();
        List<ClusterFindings.Clock> clocks = new ArrayList<>();
        List<Node> nodes = objects.list(Keys.NODES, Node.class);
        Map<String, CompletableFuture<Told>> asked = new LinkedHashMap<>();
        for (Node node : nodes) {
            String name = node.metadata().name();
            if (node.spec().foreign()) {
                findings.add(Finding.ok(name, "foreign node at " + node.underlayAddress() + ": no agent to ask"));
            } else {
                asked.put(name, CompletableFuture.supplyAsync(() -> facts(name), questions));
            }
        }
        asked.forEach((name, answer) -> {
            Told told = answer.join();
            NodeFacts facts = told.facts();
            if (facts == null) {
                findings.add(Finding.fail(
                        name,
                        "its agent does not answer: " + told.error(),
                        "start it ('systemctl start osier-agent', in a lab 'osier lab up'), or 'osier delete node "
                                + name + "' if it is gone for good"));
            } else {
                alive.add(facts);
                clocks.add(told.clock());
                findings.addAll(NodeFindings.of(facts));
            }
        });
        findings.addAll(pairs(alive));
        alive.forEach(facts -> findings.addAll(ForeignFindings.of(facts)));
        findings.add(ClusterFindings.clocks(clocks));
        findings.add(ClusterFindings.versions(alive));
        findings.add(ClusterFindings.podMtus(alive));
        findings.addAll(DuplicateAddresses.find(
                nodes, objects.list(Keys.PODS, Pod.class), objects.list(Keys.SERVICES, Service.class)));
        ObjectNode told = Json.object();
        ArrayNode list = told.putArray("findings");
        findings.forEach(finding -> list.add(finding.toJson()));
        return told;
    }

    /** The clock is compared as NTP does it (RFC 5905, section 8): what is not the answerer's time was spent on the way. */
    private Told facts(String node) {
        long beforeMillis = System.currentTimeMillis();
        try {
            JsonNode facts = ask.apply(node, "/osier/v1/checkup");
            long afterMillis = System.currentTimeMillis();
            long onTheWayMillis =
                    afterMillis - beforeMillis - facts.path("checkupMillis").asLong();
            long offsetMillis = facts.path("clockMillis").asLong() - (beforeMillis + afterMillis) / 2;
            return new Told(
                    new NodeFacts(node, facts),
                    "",
                    new ClusterFindings.Clock(node, offsetMillis, Math.max(0, onTheWayMillis / 2)));
        } catch (ApiError e) {
            return new Told(null, String.valueOf(e.getMessage()), new ClusterFindings.Clock(node, 0, 0));
        }
    }

    private List<Finding> pairs(List<NodeFacts> alive) {
        List<CompletableFuture<TunnelCheckup>> checks = new ArrayList<>();
        for (NodeFacts from : alive) {
            for (NodeFacts to : alive) {
                if (!from.name().equals(to.name())) {
                    checks.add(CompletableFuture.supplyAsync(() -> probe(from, to), questions));
                }
            }
        }
        List<TunnelCheckup> results =
                checks.stream().map(CompletableFuture::join).toList();
        List<Finding> findings = new ArrayList<>();
        for (TunnelCheckup result : results) {
            findings.addAll(result.findings(results.stream().anyMatch(other -> other.isOpenAgainst(result))));
        }
        return findings;
    }

    private TunnelCheckup probe(NodeFacts from, NodeFacts to) {
        int mtuBytes = Math.min(from.podMtuBytes(), to.podMtuBytes());
        int small = arrived(from.name(), to.name(), to.gateway(), SMALL_BYTES);
        int full = small == 0 ? 0 : arrived(from.name(), to.name(), to.gateway(), mtuBytes);
        return new TunnelCheckup(from, to, small, full, mtuBytes);
    }

    /** How many probes came through. */
    private int arrived(String from, String to, String gateway, int packetBytes) {
        String id = UUID.randomUUID().toString().replace("-", "");
        try {
            JsonNode sent = ask.apply(from, "/osier/v1/probe?to=" + gateway + "&bytes=" + packetBytes + "&id=" + id);
            if (sent.path("sent").asInt() == 0) {
                return 0;
            }
            TimeUnit.MILLISECONDS.sleep(ON_THE_WAY_MILLIS);
            return ask.apply(to, "/osier/v1/probe?seen=" + id).path("seen").asInt();
        } catch (ApiError e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
