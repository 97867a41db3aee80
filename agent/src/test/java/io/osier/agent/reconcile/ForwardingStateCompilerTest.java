package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.ListedFamily;
import io.osier.dataplane.service.OnRemoval;
import io.osier.dataplane.service.RulesListing;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Manifests in, tables out, as node-a sees them. */
class ForwardingStateCompilerTest {
    private static final String NODES = """
            {apiVersion: v1, kind: Node, metadata: {name: node-a}, spec: {podCIDRs: [10.32.0.0/24]},
             status: {addresses: [{type: InternalIP, address: 172.30.0.1}]}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: node-b}, spec: {podCIDRs: [10.32.1.0/24]},
             status: {addresses: [{type: InternalIP, address: 172.30.0.2}]}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: kernel}, spec: {podCIDRs: [10.32.9.0/24], foreign: true},
             status: {addresses: [{type: InternalIP, address: 172.30.0.9}]}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: lost}, spec: {podCIDRs: [10.32.7.0/24]}}
            """;

    private static ForwardingState compile(String... manifests) {
        return compileWith(List.of(), manifests);
    }

    private static ForwardingState compileWith(List<IpPrefix> nodePortAddresses, String... manifests) {
        List<Node> nodes = new ArrayList<>();
        List<Pod> pods = new ArrayList<>();
        List<Service> services = new ArrayList<>();
        List<Endpoints> endpoints = new ArrayList<>();
        List<EndpointSlice> slices = new ArrayList<>();
        Manifests.read(NODES + "---\n" + String.join("---\n", manifests)).forEach(manifest -> {
            Object object = manifest.bind();
            if (object instanceof Node node) {
                nodes.add(node);
            } else if (object instanceof Pod pod) {
                pods.add(pod);
            } else if (object instanceof Service service) {
                services.add(service);
            } else if (object instanceof Endpoints byHand) {
                endpoints.add(byHand);
            } else if (object instanceof EndpointSlice slice) {
                slices.add(slice);
            }
        });
        return new ForwardingStateCompiler(settings(nodePortAddresses))
                .compile(new ClusterState(nodes, pods, services, endpoints, slices, List.of()), 7);
    }

    private static NodeSettings settings(List<IpPrefix> nodePortAddresses) {
        return new NodeSettings(
                "node-a",
                IpPrefix.parse("10.32.0.0/12"),
                IpPrefix.parse("10.96.0.0/12"),
                null,
                IpPrefix.parse("10.32.0.0/24"),
                true,
                nodePortAddresses);
    }

    private static String pod(String name, String labels, String node, String ip, boolean ready) {
        return """
                {apiVersion: v1, kind: Pod, metadata: {name: %s, labels: {%s}},
                 spec: {nodeName: %s, containers: [{command: [serve], ports: [{name: http, containerPort: 8080}]}]},
                 status: {phase: Running, podIP: %s, ready: %s}}
                """.formatted(name, labels, node, ip, ready);
    }

    private static String service(String spec) {
        return "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.96.0.10, " + spec + "}}\n";
    }

    private static List<String> backendsOf(VirtualService service) {
        return service.backends().stream().map(Backend::toString).toList();
    }

    /** Nobody's agent writes such a thing, but whoever has the store's password can. */
    @Test
    void aNodeThatSaysNonsenseOfItselfIsPassedOverAndNothingElse() {
        ForwardingState state = compile(
                """
                {apiVersion: v1, kind: Node, metadata: {name: mad}, spec: {podCIDRs: [10.32.8.0/24]},
                 status: {addresses: [{type: InternalIP, address: 172.30.0.x}]}}
                """,
                pod("web-1", "app: web", "node-b", "10.32.1.2", true),
                service("selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"));

        assertThat(state.peers()).extracting(Peer::name).containsExactly("kernel", "node-b");
        assertThat(state.routes().routes()).hasSize(3);
        assertThat(state.services().services())
                .singleElement()
                .satisfies(web -> assertThat(web.backends()).hasSize(1));
    }

    @Test
    void everyLocatedNodeIsAPeerAndItsSubnetARoute() {
        ForwardingState state = compile();

        assertThat(state.generation()).isEqualTo(7);
        assertThat(state.gateway()).isEqualTo(IpAddress.parse("10.32.0.1"));
        assertThat(state.peers())
                .extracting(peer -> peer.name() + " " + peer.underlay() + " " + peer.foreign())
                .containsExactly("kernel 172.30.0.9 true", "node-b 172.30.0.2 false");
        assertThat(state.routes().routes())
                .extracting(ForwardingStateCompilerTest::words)
                .containsExactly("10.32.0.0/24 here", "10.32.1.0/24 node-b", "10.32.9.0/24 kernel");
    }

    @Test
    void aPodOutsideItsNodesSubnetGetsARouteOfItsOwn() {
        ForwardingState state = compile(
                pod("in-place", "", "node-b", "10.32.1.5", true),
                pod("stray", "", "node-b", "10.40.0.77", true),
                pod("guest", "", "node-a", "10.32.1.77", true));

        assertThat(state.routes().routes())
                .extracting(ForwardingStateCompilerTest::words)
                .contains("10.40.0.77/32 node-b", "10.32.1.77/32 here")
                .doesNotContain("10.32.1.5/32 node-b");
    }

    @Test
    void aServicePicksReadyPodsByLabelInTheOrderOfTheirAddresses() {
        ForwardingState state = compile(
                service("selector: {app: web}, ports: [{port: 80, targetPort: http}]"),
                pod("b", "app: web", "node-b", "10.32.1.2", true),
                pod("a", "app: web, tier: x", "node-a", "10.32.0.2", true),
                pod("starting", "app: web", "node-a", "10.32.0.3", false),
                pod("other", "app: db", "node-a", "10.32.0.4", true));

        VirtualService web = state.services().services().get(0);
        assertThat(web.name()).isEqualTo("default/web");
        assertThat(backendsOf(web)).containsExactly("10.32.0.2:8080", "10.32.1.2:8080");
        assertThat(web.backends().get(1).mac()).isEqualTo(0x0a58_0a20_0102L);
    }

    @Test
    void severalPortsAreSeveralServices() {
        ForwardingState state = compile(
                service("selector: {app: web}, ports: [{name: http, port: 80, targetPort: 1}, {name: dns, port: 53,"
                        + " protocol: UDP, targetPort: 2}]"),
                pod("a", "app: web", "node-a", "10.32.0.2", true));

        assertThat(state.services().services())
                .extracting(VirtualService::name)
                .containsExactly("default/web:dns", "default/web:http");
        assertThat(state.services().services())
                .extracting(ForwardingStateCompilerTest::backendsOf)
                .containsExactly(List.of("10.32.0.2:2"), List.of("10.32.0.2:1"));
    }

    @Test
    void endpointsByHandStandInForASelector() {
        ForwardingState state = compile(service("ports: [{port: 80}]"), """
                {apiVersion: v1, kind: Endpoints, metadata: {name: web},
                 subsets: [{addresses: [{ip: 192.168.7.7}, {ip: 10.32.9.4}, {ip: 'fd00::1'}], ports: [{port: 8000}]}]}
                """);

        VirtualService web = state.services().services().get(0);
        assertThat(backendsOf(web)).containsExactly("10.32.9.4:8000", "192.168.7.7:8000");
        assertThat(web.backends()).extracting(Backend::mac).containsOnly(Backend.VIA_GATEWAY);
    }

    private static String slice(String name, String endpoints) {
        return """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                 metadata: {name: %s, labels: {kubernetes.io/service-name: web}},
                 endpoints: [%s], ports: [{port: 8000}]}
                """.formatted(name, endpoints);
    }

    @Test
    void allSlicesOfAServiceAndItsEndpointsCountTogether() {
        ForwardingState state = compile(
                service("ports: [{port: 80}]"),
                slice("web-b", "{addresses: [10.32.0.9]}, {addresses: [10.32.1.9, 10.32.1.8]}"),
                slice("web-a", "{addresses: [10.32.0.9]}, {addresses: [192.168.7.7], conditions: {ready: false}}"),
                "{apiVersion: v1, kind: Endpoints, metadata: {name: web},"
                        + " subsets: [{addresses: [{ip: 10.32.0.4}], ports: [{port: 8000}]}]}\n");

        assertThat(backendsOf(state.services().services().get(0)))
                .containsExactly("10.32.0.4:8000", "10.32.0.9:8000", "10.32.1.8:8000", "10.32.1.9:8000");
    }

    @Test
    void whoIsLeavingByOneSliceAndReadyByAnotherStays() {
        ForwardingState state = compile(
                service("ports: [{port: 80}]"),
                slice(
                        "web-a",
                        "{addresses: [10.32.0.9], conditions: {ready: false, serving: true, terminating: true}},"
                                + " {addresses: [10.32.0.8], conditions: {ready: false, serving: true, terminating: true}}"),
                slice("web-b", "{addresses: [10.32.0.9]}, {addresses: [10.32.0.7]}"));

        assertThat(backendsOf(state.services().services().get(0))).containsExactly("10.32.0.7:8000", "10.32.0.9:8000");
    }

    @Test
    void theSameZoneIsPreferredAtEveryAddressOfAService() {
        String zones = """
                {apiVersion: v1, kind: Node, metadata: {name: node-a, labels: {topology.kubernetes.io/zone: east}},
                 spec: {podCIDRs: [10.32.0.0/24]}, status: {addresses: [{type: InternalIP, address: 172.30.0.1}]}}
                """;
        String slice = slice(
                "web-a",
                "{addresses: [10.32.1.7], zone: west}, {addresses: [10.32.1.8], zone: east},"
                        + " {addresses: [10.32.1.9], zone: east, conditions: {ready: false}}");
        List<VirtualService> services = compile(
                        zones,
                        service(
                                "externalIPs: [198.51.100.1], trafficDistribution: PreferSameZone, ports: [{port: 80}]"),
                        slice)
                .services()
                .services();

        assertThat(services).hasSize(2);
        assertThat(services)
                .allSatisfy(service -> assertThat(backendsOf(service)).containsExactly("10.32.1.8:8000"));
    }

    private List<String> hinted(String... endpoints) {
        String node = """
                {apiVersion: v1, kind: Node, metadata: {name: node-a, labels: {topology.kubernetes.io/zone: east}},
                 spec: {podCIDRs: [10.32.0.0/24]}, status: {addresses: [{type: InternalIP, address: 172.30.0.1}]}}
                """;
        return backendsOf(compile(node, service("ports: [{port: 80}]"), slice("web-a", String.join(", ", endpoints)))
                .services()
                .services()
                .get(0));
    }

    @Test
    void hintsSayForWhomAnEndpointIs() {
        String west = "{addresses: [10.32.1.7], hints: {forZones: [{name: west}]}}";
        String both = "{addresses: [10.32.1.8], hints: {forZones: [{name: west}, {name: east}]}}";
        String here = "{addresses: [10.32.1.9], hints: {forZones: [{name: east}], forNodes: [{name: node-a}]}}";
        String there = "{addresses: [10.32.1.6], hints: {forNodes: [{name: node-b}]}}";
        String nobody = "{addresses: [10.32.1.5]}";

        assertThat(hinted(west, both)).containsExactly("10.32.1.8:8000");
        assertThat(hinted(west, both, here)).containsExactly("10.32.1.8:8000", "10.32.1.9:8000");
        assertThat(hinted(here, there)).as("the node before the zone").containsExactly("10.32.1.9:8000");
        assertThat(hinted(both, nobody))
                .as("one without hints would never be reached")
                .containsExactly("10.32.1.5:8000", "10.32.1.8:8000");
        assertThat(hinted(west)).as("none for this zone").containsExactly("10.32.1.7:8000");
    }

    @Test
    void aNodeThatMayComeToALoadBalancerMayComeFromItsGateway() {
        assertThat(rangesOf("172.30.0.0/24, 192.0.2.0/24"))
                .containsExactly("172.30.0.0/24", "192.0.2.0/24", "10.32.0.1/32");
        assertThat(rangesOf("172.30.0.2/32")).as("another node").containsExactly("172.30.0.2/32");
        assertThat(rangesOf("172.30.0.0/24, 10.32.0.0/24"))
                .as("it may already")
                .containsExactly("172.30.0.0/24", "10.32.0.0/24");
    }

    @Test
    void whereNodePortsAreChangesNothingOfThat() {
        ForwardingState state = compileWith(
                List.of(IpPrefix.parse("172.30.0.0/24")),
                service("type: LoadBalancer, loadBalancerIP: 192.0.2.1, loadBalancerSourceRanges: [172.30.0.0/24],"
                        + " ports: [{port: 80, nodePort: 30080}]"));

        assertThat(rangesOf(state)).containsExactly("172.30.0.0/24", "10.32.0.1/32");
        assertThat(state.services().services())
                .filteredOn(service -> service.policy().exposure() == Exposure.NODE_ADDRESS)
                .extracting(service -> service.address().toString())
                .containsExactly("172.30.0.1");
    }

    private static List<String> rangesOf(String said) {
        return rangesOf(compile(service("type: LoadBalancer, loadBalancerIP: 192.0.2.1, loadBalancerSourceRanges: ["
                + said + "], ports: [{port: 80}]")));
    }

    private static List<String> rangesOf(ForwardingState state) {
        return state.services().services().stream()
                .filter(service -> service.policy().exposure() == Exposure.LOAD_BALANCER)
                .flatMap(service -> service.policy().sourceRanges().stream())
                .map(range -> range.address() + "/" + range.lengthBits())
                .toList();
    }

    @Test
    void whoIsLeavingIsChosenOnlyIfNobodyIsReady() {
        String leaving = "{addresses: [10.32.0.9], conditions: {ready: false, serving: true, terminating: true}}, "
                + "{addresses: [10.32.0.8], conditions: {ready: false, serving: false, terminating: true}}, "
                + "{addresses: [10.32.0.7], conditions: {ready: false, serving: true, terminating: false}}";
        String ready = "{addresses: [10.32.0.5], conditions: {}}";
        String service = service("ports: [{port: 80}]");

        assertThat(backendsOf(compile(service, slice("web-a", leaving))
                        .services()
                        .services()
                        .get(0)))
                .containsExactly("10.32.0.9:8000");
        assertThat(backendsOf(compile(service, slice("web-a", leaving + ", " + ready))
                        .services()
                        .services()
                        .get(0)))
                .containsExactly("10.32.0.5:8000");
    }

    @Test
    void whoIsLeavingServesItsNodeWhereNobodyElseOfTheNodeIsReady() {
        String here = "{addresses: [10.32.0.9], conditions: {ready: false, serving: true, terminating: true}}";
        String elsewhere = "{addresses: [10.32.1.5], conditions: {}}";
        VirtualService service = compile(
                        service("internalTrafficPolicy: Local, ports: [{port: 80}]"),
                        slice("web-a", here + ", " + elsewhere))
                .services()
                .services()
                .get(0);

        assertThat(backendsOf(service)).containsExactly("10.32.1.5:8000");
        assertThat(backendsOf(Objects.requireNonNull(service.near()))).containsExactly("10.32.0.9:8000");
        assertThat(RulesListing.of(List.of(service), ListedFamily.IPV4, false, null, List.of()))
                .contains(
                        "DNAT       tcp  --  0.0.0.0/0            0.0.0.0/0            /* default/web */ tcp to:10.32.0.9:8000")
                .doesNotContain("10.32.1.5");
    }

    @Test
    void slicesTellNothingToAServiceWithASelectorOrOfAnotherName() {
        assertThat(backendsOf(compile(
                                service("selector: {app: web}, ports: [{port: 80}]"),
                                slice("web-a", "{addresses: [10.32.0.9]}"))
                        .services()
                        .services()
                        .get(0)))
                .isEmpty();
        assertThat(backendsOf(compile(
                                service("ports: [{port: 80}]"),
                                slice("web-a", "{addresses: [10.32.0.9]}").replace(": web}", ": other}"))
                        .services()
                        .services()
                        .get(0)))
                .isEmpty();
    }

    @Test
    void annotationsSayHowBackendsAreChosenAndWhatTheyWeigh() {
        VirtualService service = compile(
                        """
                        {apiVersion: v1, kind: Service, metadata: {name: web, annotations: {osier.io/balance: maglev, osier.io/on-backend-removal: reset}},
                         spec: {clusterIP: 10.96.0.10, ports: [{port: 80}]}}
                        ---
                        """,
                        slice("web-a", "{addresses: [10.32.0.9]}")
                                .replace("labels:", "annotations: {osier.io/weight: \"3\"}, labels:"),
                        slice("web-b", "{addresses: [10.32.0.10]}"))
                .services()
                .services()
                .get(0);

        assertThat(service.policy().flows())
                .isEqualTo(new FlowPolicy(Balance.MAGLEV, OnRemoval.RESET, FlowPolicy.DEFAULT_DRAIN_SECONDS));
        assertThat(service.backends()).extracting(Backend::weight).containsExactly(3, 1);
    }

    @Test
    void aHeadlessServiceHasNoVirtualAddress() {
        ForwardingState state = compile(
                "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: None, ports: [{port: 80}]}}\n");

        assertThat(state.services().services()).isEmpty();
    }

    private static String words(Route route) {
        return route.destination() + " "
                + (route.via() == null ? "here" : route.via().name());
    }

    @Test
    void addressesOfNodesKeepTheirOtherPorts() {
        ForwardingState state = compile("""
                {apiVersion: v1, kind: Service, metadata: {name: web},
                 spec: {clusterIP: 10.96.0.10, externalIPs: [172.30.0.1, 172.30.0.2, 198.51.100.1], ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: shop},
                 spec: {type: LoadBalancer, clusterIP: 10.96.0.11, loadBalancerIP: 172.30.0.9, ports: [{port: 80}]}}
                """);

        assertThat(state.services().exposed())
                .extracting(service ->
                        service.address() + (service.policy().isAtNode() ? " is a node's" : " is nobody else's"))
                .containsExactlyInAnyOrder(
                        "172.30.0.1 is a node's",
                        "172.30.0.2 is a node's",
                        "172.30.0.9 is a node's",
                        "198.51.100.1 is nobody else's");
    }
}
