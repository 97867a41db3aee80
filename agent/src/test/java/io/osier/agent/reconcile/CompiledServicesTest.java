package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.VirtualService;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a change those services are compiled that it concerns, however many others there are. */
class CompiledServicesTest {
    private static final int SERVICES = 50;

    private static final NodeSettings SETTINGS = new NodeSettings(
            "node-a",
            IpPrefix.parse("10.32.0.0/12"),
            IpPrefix.parse("10.96.0.0/12"),
            IpPrefix.parse("10.32.0.0/24"),
            true);

    private final CachedObjects<Node> nodes = new CachedObjects<>();
    private final CachedObjects<Pod> pods = new CachedObjects<>();
    private final CachedObjects<Service> services = new CachedObjects<>();
    private final CachedObjects<EndpointSlice> slices = new CachedObjects<>();
    private final Set<IpAddress> seen = new HashSet<>();
    private final ForwardingStateCompiler compiler = new ForwardingStateCompiler(SETTINGS, () -> Set.copyOf(seen));
    private ForwardingState state = compiler.compile(ClusterState.EMPTY, 1);

    private static <T> void put(CachedObjects<T> objects, Class<T> type, String manifest) {
        Manifests.read(manifest).forEach(each -> objects.put(each.name(), type.cast(each.bind())));
    }

    /** Takes in what has been put; returns how many services were compiled for it. */
    private int round() {
        state = compiler.compile(
                new ClusterChange(
                        false,
                        nodes.takeChanges(),
                        pods.takeChanges(),
                        services.takeChanges(),
                        List.of(),
                        slices.takeChanges(),
                        List.of()),
                state.generation() + 1);
        return compiler.servicesCompiled();
    }

    private void putNode(String name, int number, String zone) {
        put(nodes, Node.class, """
                {apiVersion: v1, kind: Node, metadata: {name: %s, labels: {topology.kubernetes.io/zone: %s}},
                 spec: {podCIDRs: [10.32.%d.0/24]}, status: {addresses: [{type: InternalIP, address: 172.30.0.%d}]}}
                """.formatted(name, zone, number, number + 1));
    }

    private void putPod(int number, String app, boolean ready) {
        put(pods, Pod.class, """
                {apiVersion: v1, kind: Pod, metadata: {name: pod-%d, labels: {tier: front, app: %s}},
                 spec: {nodeName: node-b}, status: {phase: Running, podIP: 10.32.1.%d, ready: %s}}
                """.formatted(number, app, number + 1, ready));
    }

    private void putService(int number, String more) {
        put(services, Service.class, """
                {apiVersion: v1, kind: Service, metadata: {name: web-%d},
                 spec: {clusterIP: 10.96.0.%d, %s ports: [{port: 80}]}}
                """.formatted(number, number + 1, more));
    }

    private void putSlice(int service, String endpoints) {
        put(slices, EndpointSlice.class, """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                 metadata: {name: slice-%d, labels: {kubernetes.io/service-name: web-%d}},
                 endpoints: [%s], ports: [{port: 80}]}
                """.formatted(service, service, endpoints));
    }

    /** The services of even numbers select a pod each, the others have slices. */
    @BeforeEach
    void aClusterWithManyServices() {
        putNode("node-a", 0, "east");
        putNode("node-b", 1, "west");
        for (int i = 0; i < SERVICES; i += 2) {
            putService(i, "selector: {tier: front, app: web-" + i + "},");
            putPod(i, "web-" + i, true);
            putService(i + 1, "trafficDistribution: PreferSameZone,");
            putSlice(i + 1, "{addresses: [10.32.2.%d], nodeName: node-c}".formatted(i));
        }
        assertThat(round()).isEqualTo(SERVICES);
    }

    private VirtualService service(int number) {
        return state.services().services().stream()
                .filter(each -> each.name().equals("default/web-" + number))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nothingIsCompiledWhereNothingHasChanged() {
        assertThat(round()).isZero();
    }

    @Test
    void aPodThatChangesConcernsTheServicesThatSelectIt() {
        VirtualService other = service(2);

        putPod(4, "web-4", false);

        assertThat(round()).isEqualTo(1);
        assertThat(service(4).backends()).isEmpty();
        assertThat(service(2)).isSameAs(other);
    }

    @Test
    void aPodThatChangesItsLabelConcernsThoseThatDidAndThatDo() {
        putPod(4, "web-6", true);

        assertThat(round()).isEqualTo(2);
        assertThat(service(4).backends()).isEmpty();
        assertThat(service(6).backends()).extracting(Backend::toString).containsExactly("10.32.1.5:80", "10.32.1.7:80");
    }

    @Test
    void aPodThatNobodySelectsConcernsNoService() {
        putPod(4, "nothing", true);
        round();

        putPod(4, "nothing", false);

        assertThat(round()).isZero();
    }

    @Test
    void aSliceConcernsItsService() {
        putSlice(5, "{addresses: [10.32.2.200]}");

        assertThat(round()).isEqualTo(1);
        assertThat(service(5).backends()).extracting(Backend::toString).containsExactly("10.32.2.200:80");
    }

    @Test
    void aNodeThatJoinsConcernsThoseWithEndpointsThere() {
        putNode("node-d", 3, "");
        assertThat(round()).as("nobody's").isZero();

        putNode("node-c", 2, "");

        assertThat(round()).isEqualTo(SERVICES / 2);
        assertThat(service(5).backends()).extracting(Backend::mac).containsExactly(0x0a58_0a20_0204L);
    }

    @Test
    void aNodeThatSaysTheSameConcernsNobody() {
        putNode("node-b", 1, "west");

        assertThat(round()).isZero();
    }

    @Test
    void anotherZoneOfAnotherNodeConcernsThoseThatAskForIt() {
        putNode("node-b", 1, "east");
        assertThat(round()).as("nobody asks for node-b's").isZero();

        putNode("node-c", 2, "east");

        assertThat(round()).isEqualTo(SERVICES / 2);
    }

    @Test
    void anotherZoneOfThisNodeConcernsAll() {
        putNode("node-a", 0, "west");

        assertThat(round()).isEqualTo(SERVICES);
    }

    @Test
    void whereAnAddressIsWantedByTwoTheFirstHasItAndTheNextGetsIt() {
        put(services, Service.class, """
                {apiVersion: v1, kind: Service, metadata: {name: web-5},
                 spec: {clusterIP: 10.96.0.7, ports: [{port: 80}]}}
                """);
        round();
        assertThat(state.services().services()).extracting(VirtualService::name).doesNotContain("default/web-6");

        services.put("web-5", null);

        assertThat(round()).isEqualTo(1);
        assertThat(service(6).address()).hasToString("10.96.0.7");
    }

    @Test
    void whereTheNodeIsSeenItMayComeFromItsGatewayAndThatMayChange() {
        putService(
                5,
                "type: LoadBalancer, loadBalancerIP: 192.0.2.1, loadBalancerSourceRanges: [203.0.113.0/24, '2001:db8::/32'],");
        seen.addAll(List.of(IpAddress.parse("198.51.100.7"), IpAddress.parse("2001:db8::7")));
        round();
        assertThat(ranges()).containsExactly("203.0.113.0/24");

        seen.add(IpAddress.parse("203.0.113.7"));

        assertThat(round()).isEqualTo(1);
        assertThat(ranges()).containsExactly("203.0.113.0/24", SETTINGS.gateway() + "/32");
    }

    private List<String> ranges() {
        return state.services().services().stream()
                .flatMap(service -> service.policy().sourceRanges().stream())
                .map(IpPrefix::toString)
                .toList();
    }
}
