package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.WorkerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pods that talk to each other and to services at random, while the network loses, doubles, delays and cuts and the policy
 * changes. Every answer is checked against what the client asked and what its node knew when it did.
 */
final class TrafficSimulation {
    private static final WorkerConfig CONFIG = new WorkerConfig(1, 8_192, 256, 16);
    private static final int SERVICES = 4;
    private static final int SERVICE_PORT = 80;
    private static final int BACKEND_PORT = 8080;
    private static final int FIRST_PORT = 1_024;
    /** Shorter than an unanswered datagram's flow lives. */
    private static final long REMEMBERED_NANOS = Duration.ofSeconds(100).toNanos();

    /** A client's port talking to one target. */
    private static final class Flow {
        private final SimulatedPod client;
        private final int port;
        private final int protocol;
        private final String target;
        private final @Nullable String service;
        private final Set<String> possibleServers = new HashSet<>();
        private final long openedAtRemoval;
        private @Nullable String server;
        private long lastSentNanos;

        Flow(SimulatedPod client, int port, int protocol, String target, @Nullable String service, long removals) {
            this.client = client;
            this.port = port;
            this.protocol = protocol;
            this.target = target;
            this.service = service;
            this.openedAtRemoval = removals;
        }

        int targetPort() {
            return service == null ? BACKEND_PORT : SERVICE_PORT;
        }
    }

    /** A backend that a node has learned is none of a service's any more. */
    private record Removal(SimulatedNode node, String service, String server) {}

    private record Question(int number, Flow flow, Set<String> allowedServers) {}

    private final Random random;
    private final SimulatedCluster cluster;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<SimulatedPod> pods = new ArrayList<>();
    private final Map<String, VirtualService> services = new HashMap<>();
    private final List<Flow> flows = new ArrayList<>();
    private final Map<Integer, Question> questions = new HashMap<>();
    private final Map<Removal, Long> lastRemovals = new HashMap<>();
    private final Map<SimulatedNode, Map<String, Set<String>>> known = new HashMap<>();
    private long removals;
    private int broadcasts;
    private int lastNumber;
    /** A client's ports count up for each service alone, so that flows to one backend by several services collide. */
    private final Map<String, Integer> usedPorts = new HashMap<>();

    private int lastDirectPort = 30_000;
    private int lastPod = 1;
    private int answers;

    TrafficSimulation(long seed, int nodeCount) {
        random = new Random(seed);
        cluster = new SimulatedCluster(seed);
        for (int i = 0; i < nodeCount; i++) {
            SimulatedNode node = cluster.node("node-" + (char) ('a' + i), "10.32." + i + ".0/24", CONFIG);
            nodes.add(node);
            pods.add(new SimulatedPod(node, node.host(), node.gateway().toString()));
        }
        for (int i = 0; i < 3 * nodeCount; i++) {
            addPod();
        }
        for (int i = 0; i < SERVICES; i++) {
            changeService(i);
        }
    }

    /** Lives through this many random steps. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step(random.nextInt(100));
            noteRemovals();
            settle();
            if (i % 100 == 0) {
                nodes.forEach(SimulatedNode::close);
            }
        }
    }

    private void step(int choice) {
        if (choice < 40) {
            ask(IpProtocol.UDP);
        } else if (choice < 65) {
            ask(IpProtocol.TCP);
        } else if (choice < 68) {
            broadcast();
        } else if (choice < 72) {
            askForNeighbour();
        } else if (choice < 80) {
            changeService(random.nextInt(SERVICES));
        } else if (choice < 82) {
            removePod();
            addPod();
        } else if (choice < 85) {
            changeNetwork();
        } else if (choice < 87) {
            changeWhoListens();
        } else if (choice < 90) {
            cluster.advance(Duration.ofSeconds(random.nextInt(40)));
        } else {
            cluster.clock().advance(Duration.ofMillis(random.nextInt(500)));
        }
    }

    private void ask(int protocol) {
        Flow flow = random.nextInt(3) == 0 || flows.isEmpty() ? open(protocol) : any(flows);
        ask(flow, true);
    }

    private Flow open(int protocol) {
        SimulatedPod client = any(pods);
        VirtualService service = random.nextInt(4) == 0 ? null : any(new ArrayList<>(services.values()));
        Flow flow = service == null ? flowTo(client, protocol, any(pods).address()) : flowTo(client, service);
        flows.add(flow);
        if (flows.size() > 200) {
            flows.remove(random.nextInt(100));
        }
        return flow;
    }

    private Flow flowTo(SimulatedPod client, VirtualService service) {
        String target = service.address().toString();
        int port = FIRST_PORT + usedPorts.merge(client + " to " + target, 1, Integer::sum);
        return new Flow(client, port, service.protocol(), target, service.name(), removals);
    }

    private Flow flowTo(SimulatedPod client, int protocol, String target) {
        return new Flow(client, ++lastDirectPort, protocol, target, null, removals);
    }

    private void ask(Flow flow, boolean mayClose) {
        if (!pods.contains(flow.client) || flow.client.address().equals(flow.target)) {
            flows.remove(flow);
            return;
        }
        boolean opening = flow.protocol == IpProtocol.TCP && flow.server == null;
        boolean closing = mayClose && !opening && random.nextInt(10) == 0;
        int number = ++lastNumber;
        questions.put(number, new Question(number, flow, allowedServers(flow)));
        flow.lastSentNanos = cluster.clock().nanoTime();
        flow.client.ask(flow.protocol, flow.port, flow.target, flow.targetPort(), opening ? 0x02 : 0x10, "Q " + number);
        if (closing) {
            flow.client.ask(flow.protocol, flow.port, flow.target, flow.targetPort(), 0x11, "");
            flows.remove(flow);
        }
    }

    /** Who may answer a packet that is sent now, by what the client's node knows now. */
    private Set<String> allowedServers(Flow flow) {
        if (flow.service == null) {
            return Set.of(flow.target);
        }
        Set<String> present = backendsKnownTo(flow.client.node(), flow.service);
        flow.possibleServers.addAll(present);
        String server = flow.server;
        if (flow.protocol == IpProtocol.TCP) {
            return server == null ? Set.copyOf(flow.possibleServers) : Set.of(server);
        }
        boolean remembered = cluster.clock().nanoTime() - flow.lastSentNanos < REMEMBERED_NANOS;
        return server != null && remembered && !hasBeenRemoved(flow, server) ? Set.of(server) : present;
    }

    /** Whether the client's node has heard, since the flow began, that this is no backend any more. */
    private boolean hasBeenRemoved(Flow flow, String server) {
        String service = flow.service == null ? "" : flow.service;
        return lastRemovals.getOrDefault(new Removal(flow.client.node(), service, server), -1L) > flow.openedAtRemoval;
    }

    /** Compares what every node knows with what it knew a step ago. */
    private void noteRemovals() {
        for (SimulatedNode node : nodes) {
            Map<String, Set<String>> before = known.getOrDefault(node, Map.of());
            Map<String, Set<String>> now = new HashMap<>();
            services.keySet().forEach(service -> now.put(service, backendsKnownTo(node, service)));
            before.forEach((service, servers) -> servers.stream()
                    .filter(server -> !now.getOrDefault(service, Set.of()).contains(server))
                    .forEach(server -> lastRemovals.put(new Removal(node, service, server), ++removals)));
            known.put(node, now);
        }
    }

    private static Set<String> backendsKnownTo(SimulatedNode node, String name) {
        return node.worker().state().services().services().stream()
                .filter(service -> service.name().equals(name))
                .flatMap(service -> service.backends().stream())
                .map(backend -> backend.address().toString())
                .collect(Collectors.toSet());
    }

    private void broadcast() {
        SimulatedPod sender = any(pods);
        broadcasts++;
        sender.port()
                .send(PacketBuilder.udp()
                        .from(sender.address(), 68)
                        .to("255.255.255.255", 67)
                        .toMac(MacAddress.BROADCAST));
    }

    private void askForNeighbour() {
        SimulatedPod asker = any(pods);
        asker.port()
                .send(ArpBuilder.arpRequest().from(asker.address()).to(any(pods).address()));
    }

    private void changeService(int i) {
        boolean tcp = i % 2 == 0;
        String name = "default/service-" + i + (tcp ? ":tcp" : ":udp");
        List<SimulatedPod> candidates = new ArrayList<>(
                pods.stream().filter(pod -> pod.port() != pod.node().host()).toList());
        Collections.shuffle(candidates, random);
        String[] backends = candidates.stream()
                .limit(random.nextInt(5))
                .map(pod -> pod.address() + ":" + BACKEND_PORT)
                .toArray(String[]::new);
        int protocol = tcp ? IpProtocol.TCP : IpProtocol.UDP;
        services.put(name, cluster.service(name, protocol, "10.96.0." + (10 + i), SERVICE_PORT, backends));
    }

    private void addPod() {
        SimulatedNode node = any(nodes);
        String subnet = node.gateway().toString();
        String address = subnet.substring(0, subnet.lastIndexOf('.') + 1) + ++lastPod;
        if (lastPod < 255) {
            pods.add(new SimulatedPod(node, node.pod(address), address));
        }
    }

    /** Pods go, hosts stay. */
    private void removePod() {
        SimulatedPod pod = any(pods);
        if (pod.port() != pod.node().host() && pods.size() > 2 * nodes.size()) {
            pod.node().remove(pod.port());
            pods.remove(pod);
        }
    }

    private void changeNetwork() {
        SimulatedUnderlay underlay = cluster.underlay();
        underlay.heal();
        underlay.loseRate(random.nextInt(3) == 0 ? random.nextDouble() / 2 : 0);
        underlay.duplicateRate(random.nextInt(3) == 0 ? random.nextDouble() / 2 : 0);
        underlay.delayUpTo(Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(2_000) : 0));
        if (random.nextInt(4) == 0) {
            underlay.partition(any(nodes).underlayAddress(), any(nodes).underlayAddress());
        }
        if (random.nextInt(4) == 0) {
            underlay.cut(any(nodes).underlayAddress(), any(nodes).underlayAddress());
        }
    }

    private void changeWhoListens() {
        if (random.nextBoolean()) {
            cluster.fallBehind(any(nodes));
        } else {
            cluster.catchUp();
        }
    }

    /** Lets packets move and pods answer until nothing is left to do at this moment. */
    private void settle() {
        boolean busy = true;
        while (busy) {
            cluster.settle();
            busy = false;
            for (SimulatedPod pod : List.copyOf(pods)) {
                pod.serve().forEach(this::judge);
                busy |= pod.port().waiting() > 0;
            }
        }
        checkUnderlay();
    }

    /** What crosses the underlay comes from the node of its sender and goes to the node of its receiver, broadcasts to all. */
    private void checkUnderlay() {
        int groups = 0;
        for (SimulatedUnderlay.Datagram datagram : cluster.underlay().drainSent()) {
            DecodedPacket inner = DecodedPacket.of(datagram.inner());
            assertThat(datagram.from()).as("sender of %s", inner).isEqualTo(nodeOf(inner.sourceMac()));
            if (MacAddress.isGroup(inner.destinationMac())) {
                groups++;
            } else {
                assertThat(datagram.to()).as("receiver of %s", inner).isEqualTo(nodeOf(inner.destinationMac()));
            }
        }
        assertThat(groups).as("copies of broadcasts").isEqualTo(broadcasts * (nodes.size() - 1));
        broadcasts = 0;
    }

    private IpAddress nodeOf(long mac) {
        assertThat(MacAddress.isPod(mac)).isTrue();
        return cluster.nodeOf(IpAddress.v4((int) mac));
    }

    private void judge(SimulatedPod.Received received) {
        if (received.protocol() == 0) {
            IpAddress asked = IpAddress.parse(received.from());
            assertThat(received.payload()).isEqualTo(MacAddress.format(MacAddress.ofPod(asked.v4Bits())));
        } else if (received.payload().startsWith("Q ")) {
            Question question = question(received);
            assertThat(question.allowedServers)
                    .as("who may be asked in %s", received)
                    .contains(received.pod().address());
        } else if (received.payload().startsWith("A ")) {
            judgeAnswer(received);
        } else if (received.protocol() == IpProtocol.ICMP) {
            assertThat(received.payload())
                    .contains(" icmp 3/3 about " + received.pod().address() + ":");
        }
    }

    private Question question(SimulatedPod.Received received) {
        int number = Integer.parseInt(received.payload().split(" ", 3)[1]);
        return Objects.requireNonNull(questions.get(number), received::toString);
    }

    private void judgeAnswer(SimulatedPod.Received received) {
        Question question = question(received);
        Flow flow = question.flow;
        String server = received.payload().substring(received.payload().lastIndexOf(' ') + 1);
        assertThat(received.pod()).as("the client of %s", received).isSameAs(flow.client);
        assertThat(received.toPort()).as("the client's port of %s", received).isEqualTo(flow.port);
        if (received.from().equals(server) && flow.service != null) {
            assertThat(hasBeenRemoved(flow, server))
                    .as("a removed backend's late answer is plain traffic, no other is: %s", received)
                    .isTrue();
            return;
        }
        assertThat(received.from()).as("who was asked in %s", received).isEqualTo(flow.target);
        assertThat(received.fromPort())
                .as("which port was asked in %s", received)
                .isEqualTo(flow.targetPort());
        assertThat(question.allowedServers).as("who may answer %s", received).contains(server);
        answers++;
        if (flow.server == null || flow.protocol == IpProtocol.UDP) {
            flow.server = server;
        }
    }

    /** Mends everything, and then every client gets an answer from everybody who is there. */
    void finish() {
        cluster.underlay().heal();
        cluster.underlay().loseRate(0);
        cluster.underlay().duplicateRate(0);
        cluster.underlay().delayUpTo(Duration.ZERO);
        cluster.catchUp();
        noteRemovals();
        cluster.advance(Duration.ofSeconds(5));
        settle();
        flows.clear();
        for (SimulatedPod client : pods) {
            for (VirtualService service : services.values()) {
                expectAnswer(flowTo(client, service), !service.backends().isEmpty() && backendsLive(service));
            }
            for (SimulatedPod target : pods) {
                if (target != client) {
                    expectAnswer(flowTo(client, IpProtocol.UDP, target.address()), true);
                }
            }
        }
        cluster.close();
        nodes.forEach(node -> assertThat(node.drops())
                .as("what never happens among honest pods")
                .noneMatch(drop -> drop.startsWith("malformed")
                        || drop.startsWith("spoofed")
                        || drop.startsWith("tunnel-to-tunnel")
                        || drop.startsWith("wrong-vni")
                        || drop.startsWith("same-port")
                        || drop.startsWith("untranslatable")
                        || drop.startsWith("connection-table-full")));
    }

    private boolean backendsLive(VirtualService service) {
        Set<String> present = pods.stream().map(SimulatedPod::address).collect(Collectors.toSet());
        return service.backends().stream()
                .map(Backend::address)
                .map(IpAddress::toString)
                .allMatch(present::contains);
    }

    private void expectAnswer(Flow flow, boolean expected) {
        int before = answers;
        ask(flow, false);
        settle();
        if (expected) {
            assertThat(answers)
                    .as("one answer for %s from %s", flow.client, flow.target)
                    .isEqualTo(before + 1);
        }
    }

    int answers() {
        return answers;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
