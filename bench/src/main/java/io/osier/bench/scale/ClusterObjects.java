package io.osier.bench.scale;

import io.osier.agent.model.Container;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.agent.model.ServiceSpec;
import io.osier.dataplane.packet.IpAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** The objects of a simulated cluster, as agents and their API write them. The same seed gives the same bytes. */
final class ClusterObjects {
    static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");
    /** Each so many-th service has no selector, and its endpoints are given by hand. */
    static final int BY_HAND = 10;

    private static final int UNDERLAY = 0xac10_0000; // 172.16.0.0
    private static final int PORT = 80;
    private static final int TARGET = 8_080;

    private final ScalePlan plan;
    private final Random random;

    ClusterObjects(ScalePlan plan) {
        this.plan = plan;
        this.random = new Random(plan.seed());
    }

    private String uid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    static String nodeName(int number) {
        return "node-%04d".formatted(number);
    }

    static IpAddress underlay(int number) {
        return IpAddress.v4(UNDERLAY + number + 1);
    }

    Node node(int number, String subnet) {
        String gateway = subnet.substring(0, subnet.lastIndexOf('.')) + ".1";
        Node.Status status = new Node.Status(
                List.of(new Node.Address("InternalIP", underlay(number).toString())),
                "/run/osier/api.sock",
                gateway + ":6784",
                uid(),
                "0.1.0",
                List.of(Node.Status.REMOTE_CHECKSUM),
                1_450,
                null);
        return Node.of(
                ObjectMeta.named(nodeName(number))
                        .withLabels(Map.of(Node.ZONE, "zone-" + number % 3))
                        .created(uid(), MADE),
                new Node.Spec(null, List.of(subnet), false),
                status);
    }

    static String namespaceOf(ScalePlan plan, int service) {
        return "team-" + service % plan.namespaces();
    }

    static String serviceName(int number) {
        return "app-" + number;
    }

    static boolean isByHand(int service) {
        return service % BY_HAND == BY_HAND - 1;
    }

    Service service(int number, IpAddress address) {
        return Service.of(
                meta(serviceName(number), number, Map.of("app", serviceName(number))),
                new ServiceSpec(
                        address.toString(),
                        isByHand(number) ? Map.of() : Map.of("app", serviceName(number)),
                        List.of(new ServicePort("http", "TCP", PORT, TARGET))));
    }

    Endpoints endpoints(int service, List<String> addresses) {
        return Endpoints.of(
                meta(serviceName(service), service, Map.of()),
                List.of(new Endpoints.Subset(
                        addresses.stream()
                                .map(address -> new Endpoints.Address(address, null))
                                .toList(),
                        List.of(new Endpoints.Port("http", TARGET, "TCP")))));
    }

    /** A pod of a service's, just created. */
    Pod pod(String name, int service, String node) {
        Container container = new Container(
                "server",
                List.of("python3", "-m", "http.server", String.valueOf(TARGET)),
                List.of(),
                List.of(new Container.EnvVar("STAGE", "production")),
                null,
                List.of(new Container.ContainerPort("http", TARGET, "TCP")));
        return Pod.of(
                meta(name, service, Map.of("app", serviceName(service), "version", "v1")),
                new PodSpec(node, null, List.of(container), "Always"),
                PodStatus.PENDING);
    }

    private ObjectMeta meta(String name, int service, Map<String, String> labels) {
        return ObjectMeta.named(name)
                .withNamespace(namespaceOf(plan, service))
                .withLabels(labels)
                .created(uid(), MADE);
    }
}
