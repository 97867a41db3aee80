package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.ServiceSpec.ClientIp;
import io.osier.agent.model.ServiceSpec.SessionAffinityConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written can be read again and is the same, as YAML and as JSON, whatever its texts look like. */
class ManifestRoundTripTest {
    @Property(tries = 300)
    void anyObjectComesBackAsItWas(@ForAll("objects") Object object) {
        String yaml = Manifests.write(Json.tree(object));
        assertThat(Manifests.read(yaml).get(0).bind()).as(yaml).isEqualTo(object);
        String json = Json.pretty(object);
        assertThat(Manifests.read(json).get(0).bind()).as(json).isEqualTo(object);
    }

    @Provide
    Arbitrary<Object> objects() {
        return Arbitraries.oneOf(
                pods().map(Object.class::cast),
                services().map(Object.class::cast),
                slices().map(Object.class::cast),
                policies().map(Object.class::cast));
    }

    private static Arbitrary<String> names() {
        return Arbitraries.of("web-1", "1e3", "true", "null", "on", "0x1f", "10", "y", "a");
    }

    /** Texts that a careless writer or reader takes for something else. */
    private static Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "1.10",
                        "0x1F",
                        "yes",
                        "n",
                        "~",
                        "null",
                        "",
                        " ",
                        "0o17",
                        "1_000",
                        "---",
                        "a\n---\nb",
                        "\t",
                        "#",
                        "*a",
                        "&a",
                        "<<",
                        "{",
                        "a: b",
                        "\u2028",
                        "\u0085",
                        "\ud83d\ude00",
                        "- a",
                        "\r\n",
                        "'",
                        "\"",
                        "!x",
                        "1e3",
                        "%"),
                Arbitraries.strings().ofMaxLength(20).filter(ManifestRoundTripTest::isPrintable));
    }

    /** YAML has no way to say half a pair of surrogates, and neither has UTF-8. */
    private static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    private static Arbitrary<ObjectMeta> metas() {
        Arbitrary<String> values = Arbitraries.of("1.10", "0x1F", "yes", "n", "", "web", "1e3", "null");
        return Combinators.combine(
                        names(),
                        names(),
                        Arbitraries.maps(Arbitraries.of("app", "a.b/c", "y", "kubernetes.io/service-name"), values)
                                .ofMaxSize(3),
                        Arbitraries.maps(texts(), texts()).ofMaxSize(2))
                .as((name, namespace, labels, annotations) ->
                        new ObjectMeta(name, namespace, labels, annotations, null, null, null));
    }

    private static Arbitrary<Pod> pods() {
        Arbitrary<Container> containers = Combinators.combine(
                        names(),
                        texts().list().ofMaxSize(3),
                        texts().list().ofMaxSize(2),
                        texts(),
                        Arbitraries.integers().between(1, 65_535))
                .as((name, command, args, value, port) -> new Container(
                        name,
                        command,
                        args,
                        value.isEmpty() ? List.of() : List.of(new Container.EnvVar("A", value)),
                        null,
                        List.of(new Container.ContainerPort("http", port, "UDP"))));
        return Combinators.combine(
                        metas(),
                        containers.list().ofMaxSize(2).uniqueElements(Container::name),
                        Arbitraries.of("Always", "Never"))
                .as((meta, list, policy) ->
                        Pod.of(meta, new PodSpec("node-a", "10.32.0.9", list, policy), PodStatus.PENDING));
    }

    private static Arbitrary<Service> services() {
        return Combinators.combine(
                        metas(),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 60_000),
                        Arbitraries.of("None", "10.96.0.7"),
                        Arbitraries.of("ClusterIP", "NodePort", "LoadBalancer"))
                .filter((meta, count, port, address, type) -> !address.equals("None") || type.equals("ClusterIP"))
                .as((meta, count, port, address, type) -> Service.of(
                        meta,
                        new ServiceSpec(
                                type,
                                address,
                                count == 2 && !address.equals("None") ? List.of(address, "fd00::7") : List.of(address),
                                count == 1 ? null : "PreferDualStack",
                                count == 1 ? List.of() : List.of("IPv4", "IPv6"),
                                Map.of("v", "1.10"),
                                IntStream.range(0, count)
                                        .mapToObj(i -> new ServicePort(
                                                "p" + i,
                                                "SCTP",
                                                port + i,
                                                i == 0 ? port : "http",
                                                type.equals("ClusterIP") ? null : 30_000 + i))
                                        .toList(),
                                count == 1 ? "None" : "ClientIP",
                                count == 1 ? null : new SessionAffinityConfig(new ClientIp(port)),
                                count == 1,
                                List.of("192.0.2.1"),
                                type.equals("LoadBalancer") ? "192.0.2.2" : null,
                                type.equals("LoadBalancer") ? List.of("198.51.100.0/24") : List.of(),
                                count == 1 ? "Local" : "Cluster",
                                count == 1 && type.equals("LoadBalancer") ? 31_000 : null,
                                count == 1 ? "Cluster" : "Local",
                                count == 1 ? "PreferSameNode" : null)));
    }

    private static Arbitrary<EndpointSlice> slices() {
        Arbitrary<Boolean> known = Arbitraries.of(true, false).injectNull(0.3);
        Arbitrary<EndpointSlice.Conditions> conditions =
                Combinators.combine(known, known, known).as(EndpointSlice.Conditions::new);
        return Combinators.combine(
                        metas(),
                        conditions.list().ofMaxSize(3),
                        Arbitraries.integers().between(1, 65_535))
                .as((meta, all, port) -> EndpointSlice.of(
                        meta,
                        all.stream()
                                .map(each ->
                                        new EndpointSlice.Endpoint(List.of("10.0.0.1"), each, "node-a", "yes", null))
                                .toList(),
                        List.of(new EndpointSlice.Port("http", "UDP", port))));
    }

    private static Arbitrary<LabelSelector> selectors() {
        Arbitrary<String> words = Arbitraries.of("web", "1", "true", "null", "yes", "1.10", "0x1F", "");
        Arbitrary<LabelSelectorRequirement> requirements = Combinators.combine(
                        words.filter(word -> !word.isEmpty()),
                        Arbitraries.of("In", "NotIn", "Exists", "DoesNotExist"),
                        words.list().ofMinSize(1).ofMaxSize(2))
                .as((key, operator, values) ->
                        new LabelSelectorRequirement(key, operator, operator.endsWith("In") ? values : List.of()));
        return Combinators.combine(
                        Arbitraries.maps(words.filter(word -> !word.isEmpty()), words)
                                .ofMaxSize(2),
                        requirements.list().ofMaxSize(2))
                .as(LabelSelector::new);
    }

    private static Arbitrary<NetworkPolicy> policies() {
        Arbitrary<NetworkPolicyPeer> peers = Arbitraries.oneOf(
                selectors().map(pods -> new NetworkPolicyPeer(pods, null, null)),
                selectors().map(namespaces -> new NetworkPolicyPeer(null, namespaces, null)),
                Combinators.combine(selectors(), selectors())
                        .as((pods, namespaces) -> new NetworkPolicyPeer(pods, namespaces, null)),
                Arbitraries.of(new IpBlock("0.0.0.0/0", List.of("10.0.0.0/8")), new IpBlock("fd00::/8", List.of()))
                        .map(block -> new NetworkPolicyPeer(null, null, block)));
        Arbitrary<List<NetworkPolicyPort>> ports = Arbitraries.of(
                        new NetworkPolicyPort("TCP", null, null),
                        new NetworkPolicyPort("UDP", "n", null),
                        new NetworkPolicyPort("SCTP", 80, null),
                        new NetworkPolicyPort("TCP", 80, 90))
                .list()
                .ofMaxSize(2);
        Arbitrary<List<NetworkPolicyPeer>> ends = peers.list().ofMaxSize(2);
        return Combinators.combine(
                        metas(),
                        selectors(),
                        Arbitraries.<List<String>>of(List.of(), List.of("Egress"), List.of("Ingress", "Egress")),
                        Combinators.combine(ends, ports)
                                .as(IngressRule::new)
                                .list()
                                .ofMaxSize(2),
                        Combinators.combine(ends, ports)
                                .as(EgressRule::new)
                                .list()
                                .ofMaxSize(2))
                .as((meta, pods, types, ingress, egress) ->
                        NetworkPolicy.of(meta, new NetworkPolicySpec(pods, types, ingress, egress)));
    }
}
