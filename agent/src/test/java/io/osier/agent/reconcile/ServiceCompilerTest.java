package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A compiler that remembers says the same as one that begins anew. */
class ServiceCompilerTest {
    private final Map<String, Pod> pods = new TreeMap<>();
    private final Map<String, Service> services = new TreeMap<>();
    private final Map<String, Endpoints> endpoints = new TreeMap<>();
    private final Map<String, EndpointSlice> slices = new TreeMap<>();

    private ClusterState cluster() {
        return new ClusterState(
                List.<Node>of(),
                List.copyOf(pods.values()),
                List.copyOf(services.values()),
                List.copyOf(endpoints.values()),
                List.copyOf(slices.values()));
    }

    private static Object object(String manifest) {
        return Manifests.read(manifest).get(0).bind();
    }

    private void change(Random random) {
        int number = random.nextInt(3);
        String name = "web-" + number;
        boolean gone = random.nextInt(4) == 0;
        switch (random.nextInt(4)) {
            case 0 -> put(pods, name, gone, """
                    {apiVersion: v1, kind: Pod, metadata: {name: %s, labels: {app: web-%d}},
                     spec: {nodeName: node-a, containers: [{command: [serve]}]},
                     status: {phase: Running, podIP: 10.32.0.%d, ready: %s}}
                    """.formatted(name, random.nextInt(3), 2 + number, random.nextBoolean()));
            case 1 ->
                put(services, name, gone, """
                    {apiVersion: v1, kind: Service, metadata: {name: %s},
                     spec: {clusterIP: 10.96.0.%d, %s ports: [{name: a, port: 80}, {name: b, port: %d}]}}
                    """.formatted(
                                name,
                                10 + random.nextInt(3),
                                random.nextBoolean() ? "selector: {app: web-" + random.nextInt(3) + "}," : "",
                                81 + random.nextInt(2)));
            case 2 -> put(endpoints, name, gone, """
                    {apiVersion: v1, kind: Endpoints, metadata: {name: %s},
                     subsets: [{addresses: [{ip: 10.32.1.%d}], ports: [{name: a, port: 80}]}]}
                    """.formatted(name, 2 + random.nextInt(3)));
            default -> put(slices, name, gone, """
                    {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                     metadata: {name: %s, labels: {kubernetes.io/service-name: web-%d}},
                     endpoints: [{addresses: [10.32.2.%d]}], ports: [{name: b, port: 80}]}
                    """.formatted(name, random.nextInt(3), 2 + random.nextInt(3)));
        }
    }

    @SuppressWarnings("unchecked") // each manifest is of its map's kind
    private static <T> void put(Map<String, T> objects, String name, boolean gone, String manifest) {
        if (gone) {
            objects.remove(name);
        } else {
            objects.put(name, (T) object(manifest));
        }
    }

    private static final NodeSettings SETTINGS = new NodeSettings(
            "node-a",
            IpPrefix.parse("10.32.0.0/12"),
            IpPrefix.parse("10.96.0.0/12"),
            IpPrefix.parse("10.32.0.0/24"),
            true);

    private static final PodRoutes HERE = PodRoutes.of(List.of(new Route(SETTINGS.subnet(), null)));

    private static List<VirtualService> compile(ServiceCompiler compiler, ClusterState cluster) {
        return compile(compiler, cluster, PodRoutes.EMPTY);
    }

    private static List<VirtualService> compile(ServiceCompiler compiler, ClusterState cluster, PodRoutes routes) {
        return ServiceTable.of(compiler.compile(cluster, routes)).services();
    }

    @Property(tries = 100)
    void whatIsRememberedIsWhatWouldBeCompiledAnew(@ForAll long seed) {
        Random random = new Random(seed);
        pods.clear();
        services.clear();
        endpoints.clear();
        slices.clear();
        ServiceCompiler remembering = new ServiceCompiler(SETTINGS);
        for (int i = 0; i < 30; i++) {
            change(random);
            // Here, or somewhere in the world: where a pod is says its MAC address.
            PodRoutes routes = random.nextInt(4) > 0 ? HERE : PodRoutes.EMPTY;
            assertThat(compile(remembering, cluster(), routes))
                    .isEqualTo(compile(new ServiceCompiler(SETTINGS), cluster(), routes));
        }
    }

    @Test
    void whatHasNotChangedIsNotCompiledAgain() {
        for (int i = 1; i <= 2; i++) {
            put(services, "web-" + i, false, """
                    {apiVersion: v1, kind: Service, metadata: {name: web-%d},
                     spec: {clusterIP: 10.96.0.%d, ports: [{name: a, port: 80}]}}
                    """.formatted(i, i));
        }
        ServiceCompiler compiler = new ServiceCompiler(SETTINGS);
        List<VirtualService> before = compile(compiler, cluster());

        put(endpoints, "web-2", false, """
                {apiVersion: v1, kind: Endpoints, metadata: {name: web-2},
                 subsets: [{addresses: [{ip: 10.32.1.2}], ports: [{name: a, port: 80}]}]}
                """);
        List<VirtualService> after = compile(compiler, cluster());

        assertThat(after.get(0)).isSameAs(before.get(0));
        assertThat(after.get(1)).isNotEqualTo(before.get(1));
    }

    @Test
    void whereTheNodeIsSeenItMayComeFromItsGatewayAndThatMayChange() {
        put(services, "web", false, """
                {apiVersion: v1, kind: Service, metadata: {name: web},
                 spec: {type: LoadBalancer, clusterIP: 10.96.0.1, loadBalancerIP: 192.0.2.1,
                        loadBalancerSourceRanges: [203.0.113.0/24, "2001:db8::/32"], ports: [{name: a, port: 80}]}}
                """);
        Set<IpAddress> seen = new HashSet<>(Set.of(IpAddress.parse("198.51.100.7"), IpAddress.parse("2001:db8::7")));
        ServiceCompiler compiler = new ServiceCompiler(SETTINGS, () -> Set.copyOf(seen));
        assertThat(rangesOf(compile(compiler, cluster()))).containsExactly("203.0.113.0/24");

        seen.add(IpAddress.parse("203.0.113.7"));

        assertThat(rangesOf(compile(compiler, cluster())))
                .containsExactly("203.0.113.0/24", SETTINGS.gateway() + "/32");
    }

    private static List<String> rangesOf(List<VirtualService> services) {
        return services.stream()
                .flatMap(service -> service.policy().sourceRanges().stream())
                .map(IpPrefix::toString)
                .toList();
    }

    @Test
    void aPodThatChangesIsNoMatterOfOtherPodsServices() {
        for (int i = 1; i <= 2; i++) {
            put(services, "web-" + i, false, """
                    {apiVersion: v1, kind: Service, metadata: {name: web-%d},
                     spec: {clusterIP: 10.96.0.%d, selector: {app: web-%d, tier: front}, ports: [{name: a, port: 80}]}}
                    """.formatted(i, i, i));
            addPod(i, "web-" + i, true);
        }
        ServiceCompiler compiler = new ServiceCompiler(SETTINGS);
        List<VirtualService> before = compile(compiler, cluster());

        addPod(2, "web-2", false);
        List<VirtualService> after = compile(compiler, cluster());

        assertThat(after.get(0)).isSameAs(before.get(0));
        assertThat(before.get(1).backends()).hasSize(1);
        assertThat(after.get(1).backends()).isEmpty();
    }

    @Test
    void aSelectorWantsAllOfItsLabels() {
        put(services, "web-1", false, """
                {apiVersion: v1, kind: Service, metadata: {name: web-1},
                 spec: {clusterIP: 10.96.0.1, selector: {app: web-1, tier: front}, ports: [{name: a, port: 80}]}}
                """);
        addPod(1, "web-1", true);
        addPod(2, "web-2", true); // of the same tier
        assertThat(compile(new ServiceCompiler(SETTINGS), cluster()).get(0).backends())
                .extracting(backend -> backend.address().toString())
                .containsExactly("10.32.0.1");
    }

    private void addPod(int number, String app, boolean ready) {
        put(pods, "pod-" + number, false, """
                {apiVersion: v1, kind: Pod, metadata: {name: pod-%d, labels: {app: %s, tier: front}},
                 spec: {nodeName: node-a}, status: {phase: Running, podIP: 10.32.0.%d, ready: %s}}
                """.formatted(number, app, number, ready));
    }
}
