package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.util.ArrayList;
import java.util.HashMap;
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
    private static final long CLOCKS_MILLIS = 1_000;
    private static final long SLOW_STORE_MILLIS = 500;
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

    private record Told(@Nullable JsonNode facts, String error, long clockOffsetMillis) {}

    ObjectNode run() {
        List<Finding> findings = new ArrayList<>();
        Map<String, JsonNode> alive = new LinkedHashMap<>();
        Map<String, Long> clocks = new LinkedHashMap<>();
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
            JsonNode facts = told.facts();
            if (facts == null) {
                findings.add(Finding.fail(
                        name,
                        "its agent does not answer: " + told.error(),
                        "start it ('systemctl start osier-agent', in a lab 'osier lab up'), or 'osier delete node "
                                + name + "' if it is gone for good"));
            } else {
                alive.put(name, facts);
                clocks.put(name, told.clockOffsetMillis());
                NodeFindings.add(findings, name, facts);
            }
        });
        findings.addAll(pairs(alive));
        findings.add(clocks(clocks));
        findings.add(versions(alive));
        findings.addAll(duplicates(nodes));
        ObjectNode told = Json.object();
        ArrayNode list = told.putArray("findings");
        findings.forEach(finding -> list.add(finding.toJson()));
        return told;
    }

    private Told facts(String node) {
        long beforeMillis = System.currentTimeMillis();
        try {
            JsonNode facts = ask.apply(node, "/osier/v1/checkup");
            long middleMillis = (beforeMillis + System.currentTimeMillis()) / 2;
            return new Told(facts, "", facts.path("clockMillis").asLong() - middleMillis);
        } catch (ApiError e) {
            return new Told(null, String.valueOf(e.getMessage()), 0);
        }
    }

    private List<Finding> pairs(Map<String, JsonNode> alive) {
        List<CompletableFuture<TunnelCheckup>> checks = new ArrayList<>();
        alive.forEach((from, facts) -> alive.forEach((to, other) -> {
            if (!from.equals(to)) {
                checks.add(CompletableFuture.supplyAsync(() -> probe(from, facts, to, other), questions));
            }
        }));
        List<TunnelCheckup> results =
                checks.stream().map(CompletableFuture::join).toList();
        List<Finding> findings = new ArrayList<>();
        for (TunnelCheckup result : results) {
            boolean otherWay = results.stream()
                    .anyMatch(other ->
                            other.from().equals(result.to()) && other.to().equals(result.from()) && other.small() > 0);
            result.addTo(findings, otherWay);
        }
        return findings;
    }

    private TunnelCheckup probe(String from, JsonNode facts, String to, JsonNode other) {
        int mtuBytes = Math.min(
                facts.path("podMtuBytes").asInt(), other.path("podMtuBytes").asInt());
        String gateway = other.path("gateway").asString();
        int small = arrived(from, to, gateway, SMALL_BYTES);
        int full = small == 0 ? 0 : arrived(from, to, gateway, mtuBytes);
        return new TunnelCheckup(from, facts, to, other, small, full, mtuBytes);
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

    private static Finding clocks(Map<String, Long> offsets) {
        long spread = offsets.isEmpty()
                ? 0
                : offsets.values().stream().mapToLong(Long::longValue).max().orElse(0)
                        - offsets.values().stream()
                                .mapToLong(Long::longValue)
                                .min()
                                .orElse(0);
        return spread <= CLOCKS_MILLIS
                ? Finding.ok("cluster", "clocks agree within a second")
                : Finding.warn(
                        "cluster",
                        "clocks differ by " + spread + " ms: " + offsets,
                        "run a time service on all nodes ('timedatectl set-ntp true'); captures of several nodes would be out of order");
    }

    private static Finding versions(Map<String, JsonNode> alive) {
        List<String> versions = alive.values().stream()
                .map(facts -> facts.path("version").asString())
                .distinct()
                .toList();
        return versions.size() <= 1
                ? Finding.ok("cluster", "all agents have version " + String.join("", versions))
                : Finding.warn(
                        "cluster", "agents have versions " + String.join(", ", versions), "upgrade the older ones");
    }

    private List<Finding> duplicates(List<Node> nodes) {
        List<Finding> findings = new ArrayList<>();
        Map<String, String> owners = new HashMap<>();
        for (Node node : nodes) {
            claim(
                    findings,
                    owners,
                    "underlay address " + node.underlayAddress(),
                    "node " + node.metadata().name());
        }
        for (Pod pod : objects.list(Keys.PODS, Pod.class)) {
            String address = pod.status().podIP();
            if (address != null) {
                claim(
                        findings,
                        owners,
                        "pod address " + address,
                        "pod " + pod.metadata().name());
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok("cluster", "no address is anybody's twice"));
        }
        return findings;
    }

    private static void claim(List<Finding> findings, Map<String, String> owners, String address, String owner) {
        String present = owners.putIfAbsent(address, owner);
        if (present != null) {
            findings.add(Finding.fail(
                    "cluster", address + " is both " + present + "'s and " + owner + "'s", "delete one of the two"));
        }
    }

    /** What a node's own facts say. */
    private static final class NodeFindings {
        private NodeFindings() {}

        static void add(List<Finding> findings, String name, JsonNode facts) {
            findings.add(Finding.ok(
                    name,
                    "agent " + facts.path("version").asString() + " on Linux "
                            + facts.path("kernel").asString() + ", has "
                            + facts.path("subnet").asString()));
            String storeError = facts.path("storeError").asString("");
            long storeMillis = facts.path("storeMillis").asLong();
            if (!storeError.isEmpty()) {
                findings.add(Finding.fail(name, storeError, "pods go on; mend the store before anything is changed"));
            } else if (storeMillis > SLOW_STORE_MILLIS) {
                findings.add(Finding.warn(
                        name, "the store took " + storeMillis + " ms to answer", "look at the store's disk and load"));
            } else {
                findings.add(
                        Finding.ok(name, "store answers: " + facts.path("store").asString()));
            }
            if (storeError.isEmpty() && facts.path("leases").asInt() != 1) {
                findings.add(Finding.fail(
                        name,
                        "holds " + facts.path("leases").asInt() + " leases instead of one",
                        "see 'osier get leases', and restart its agent"));
            }
            if (facts.path("offloads").isEmpty()) {
                findings.add(Finding.warn(
                        name,
                        "no offloads: every packet is carried by itself",
                        "set 'offloads: auto', or use a kernel whose TAPs take super-frames (4.20 or later)"));
            }
        }
    }
}
