package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.WorkerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** A cluster whose pods, services and network change at random; the hosts stay. */
final class ChangingCluster {
    static final int SERVICE_PORT = 80;
    static final int BACKEND_PORT = 8080;

    private static final WorkerConfig CONFIG = new WorkerConfig(1, 8_192, 256, 16);
    private static final int SERVICES = 4;

    private final Random random;
    private final SimulatedCluster cluster;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<SimulatedPod> pods = new ArrayList<>();
    private final Map<String, VirtualService> services = new LinkedHashMap<>();
    private int lastPod = 1;

    ChangingCluster(Random random, SimulatedCluster cluster, int nodeCount) {
        this.random = random;
        this.cluster = cluster;
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

    List<SimulatedNode> nodes() {
        return nodes;
    }

    /** The present pods and the hosts. */
    List<SimulatedPod> pods() {
        return pods;
    }

    List<VirtualService> services() {
        return List.copyOf(services.values());
    }

    SimulatedPod anyPod() {
        return any(pods);
    }

    VirtualService anyService() {
        return any(services());
    }

    /** Whether every backend of the service is a pod that is there. */
    boolean backendsLive(VirtualService service) {
        Set<String> present = pods.stream().map(SimulatedPod::address).collect(Collectors.toSet());
        return service.backends().stream()
                .map(backend -> backend.address().toString())
                .allMatch(present::contains);
    }

    /** Takes a service away now and then; else gives it other backends, or brings it back with some. */
    void changeService() {
        if (random.nextInt(8) == 0 && services.size() > 1) {
            String name = anyService().name();
            services.remove(name);
            cluster.removeService(name);
        } else {
            changeService(random.nextInt(SERVICES));
        }
    }

    private void changeService(int i) {
        boolean tcp = i % 2 == 0;
        String name = "default/service-" + i + (tcp ? ":tcp" : ":udp");
        List<SimulatedPod> candidates =
                new ArrayList<>(pods.stream().filter(pod -> !isHost(pod)).toList());
        Collections.shuffle(candidates, random);
        String[] backends = candidates.stream()
                .limit(random.nextInt(5))
                .map(pod -> pod.address() + ":" + BACKEND_PORT)
                .toArray(String[]::new);
        int protocol = tcp ? IpProtocol.TCP : IpProtocol.UDP;
        services.put(name, cluster.service(name, protocol, "10.96.0." + (10 + i), SERVICE_PORT, backends));
    }

    /** Puts a pod in another's place, with an address that no pod had before. */
    void replacePod() {
        SimulatedPod pod = anyPod();
        if (!isHost(pod) && pods.size() > 2 * nodes.size()) {
            pod.node().remove(pod.port());
            pods.remove(pod);
        }
        addPod();
    }

    private void addPod() {
        SimulatedNode node = any(nodes);
        String subnet = node.gateway().toString();
        String address = subnet.substring(0, subnet.lastIndexOf('.') + 1) + ++lastPod;
        if (lastPod < 255) {
            pods.add(new SimulatedPod(node, node.pod(address), address));
        }
    }

    private static boolean isHost(SimulatedPod pod) {
        return pod.port() == pod.node().host();
    }

    void changeNetwork() {
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

    void changeWhoListens() {
        if (random.nextBoolean()) {
            cluster.fallBehind(any(nodes));
        } else {
            cluster.catchUp();
        }
    }

    /** A network without fault, and everybody knows everything. */
    void mend() {
        cluster.underlay().heal();
        cluster.underlay().loseRate(0);
        cluster.underlay().duplicateRate(0);
        cluster.underlay().delayUpTo(Duration.ZERO);
        cluster.catchUp();
    }

    /** The underlay address of the node that this pod or host is on. */
    IpAddress nodeOf(IpAddress station) {
        return cluster.nodeOf(station);
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
