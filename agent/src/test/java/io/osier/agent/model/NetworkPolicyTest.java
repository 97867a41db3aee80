package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.packet.IpPrefix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkPolicyTest {
    private static final String HEAD =
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec:\n";

    private static NetworkPolicySpec spec(String yaml) {
        return policy(HEAD + yaml.indent(2)).spec();
    }

    private static NetworkPolicy policy(String manifest) {
        return (NetworkPolicy) Manifests.read(manifest).get(0).bind();
    }

    @Test
    void thePolicyOfKubernetesDocumentationSaysWhatItSaysThere() {
        NetworkPolicySpec spec = spec("""
                podSelector: {matchLabels: {role: db}}
                policyTypes: [Ingress, Egress]
                ingress:
                - from:
                  - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
                  - namespaceSelector: {matchLabels: {project: myproject}}
                  - podSelector: {matchLabels: {role: frontend}}
                  ports: [{protocol: TCP, port: 6379}]
                egress:
                - to: [{ipBlock: {cidr: 10.0.0.0/24}}]
                  ports: [{protocol: TCP, port: 32000, endPort: 32768}]
                """);
        assertThat(spec.podSelector()).isEqualTo(new LabelSelector(Map.of("role", "db"), List.of()));
        assertThat(spec.isolatesIngress()).isTrue();
        assertThat(spec.isolatesEgress()).isTrue();
        List<NetworkPolicyPeer> from = spec.ingress().get(0).peers();
        IpBlock block = new IpBlock("172.17.0.0/16", List.of("172.17.1.0/24"));
        assertThat(from)
                .containsExactly(
                        new NetworkPolicyPeer(null, null, block),
                        new NetworkPolicyPeer(null, new LabelSelector(Map.of("project", "myproject"), List.of()), null),
                        new NetworkPolicyPeer(new LabelSelector(Map.of("role", "frontend"), List.of()), null, null));
        assertThat(block.prefix()).isEqualTo(IpPrefix.parse("172.17.0.0/16"));
        assertThat(block.exceptPrefixes()).containsExactly(IpPrefix.parse("172.17.1.0/24"));
        assertThat(spec.ingress().get(0).ports()).containsExactly(new NetworkPolicyPort("TCP", 6379, null));
        assertThat(spec.egress().get(0).ports()).containsExactly(new NetworkPolicyPort("TCP", 32_000, 32_768));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "podSelector: {}                                | true  | false",
                "ingress: []                                    | true  | false",
                "egress: []                                     | true  | false",
                "egress: [{}]                                   | true  | true",
                "policyTypes: []                                | true  | false",
                "policyTypes: [Egress]                          | false | true",
                "{policyTypes: [Ingress], egress: [{}]}         | true  | false",
                "policyTypes: [Egress, Ingress]                 | true  | true",
            })
    void podsAreIsolatedInTheDirectionsThatItNamesOrHasRulesFor(String yaml, boolean ingress, boolean egress) {
        assertThat(spec(yaml).isolatesIngress()).isEqualTo(ingress);
        assertThat(spec(yaml).isolatesEgress()).isEqualTo(egress);
    }

    @Test
    void aPolicyThatSaysNothingIsolatesAllPodsOfItsNamespace() {
        NetworkPolicy policy =
                policy("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\n");
        assertThat(policy.metadata().namespace()).isEqualTo("b");
        assertThat(policy.spec().podSelector().matches(Map.of())).isTrue();
        assertThat(policy.spec().isolatesIngress()).isTrue();
        assertThat(policy.spec().ingress()).isEmpty();
    }

    @Test
    void anEmptyRuleIsNotTheSameAsNone() {
        NetworkPolicySpec spec = spec("ingress: [{}]\negress: [{to: [], ports: []}]");
        assertThat(spec.ingress().get(0).peers()).isEmpty();
        assertThat(spec.ingress().get(0).ports()).isEmpty();
        assertThat(spec.egress().get(0).peers()).isEmpty();
        NetworkPolicy policy = NetworkPolicy.of(ObjectMeta.named("a"), spec);
        assertThat(Json.read(Json.bytes(policy), NetworkPolicy.class)).isEqualTo(policy);
    }

    @Test
    void anEmptySelectorIsNotTheSameAsNone() {
        NetworkPolicy policy = NetworkPolicy.of(
                ObjectMeta.named("a"), spec("ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]"));
        assertThat(Json.text(policy.spec()))
                .isEqualTo("{\"podSelector\":{},\"policyTypes\":[\"Ingress\"],\"ingress\":"
                        + "[{\"from\":[{\"podSelector\":{}},{\"namespaceSelector\":{}}]}]}");
        assertThat(Json.read(Json.bytes(policy), NetworkPolicy.class)).isEqualTo(policy);
    }

    private static Pod pod(String ports) {
        return (Pod) Manifests.read("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
                        + "spec: {containers: [{name: log}, {name: web, ports: [" + ports + "]}]}")
                .get(0)
                .bind();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                           | 1    | 65535",
                "{port: 80}                   | 80   | 80",
                "{port: 80, endPort: 80}      | 80   | 80",
                "{port: 80, endPort: 90}      | 80   | 90",
                "{port: http}                 | 8080 | 8080",
                "{port: dns}                  | 0    | 0",
                "{port: dns, protocol: UDP}   | 5353 | 5353",
                "{port: http, protocol: UDP}  | 0    | 0",
                "{port: other}                | 0    | 0",
            })
    void aNamedPortIsThePodsOwnOfThatProtocol(String port, int first, int last) {
        Pod pod = pod("{name: http, containerPort: 8080}, {name: dns, containerPort: 5353, protocol: UDP}");
        NetworkPolicyPort asked = spec("ingress: [{ports: [" + port + "]}]")
                .ingress()
                .get(0)
                .ports()
                .get(0);
        assertThat(asked.firstOn(pod)).isEqualTo(first);
        assertThat(asked.lastOn(pod)).isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "podSelectr: {} ~ unknown field \"spec.podSelectr\": did you mean podSelector?",
                "podSelector: {app: web} ~ unknown field \"spec.podSelector.app\"",
                "podSelector: {matchLabels: {app: -}} ~ spec.podSelector.matchLabels.app: Invalid value: \"-\": a label value has",
                "podSelector: {matchLabels: {app: 1}} ~ spec.podSelector.matchLabels.app: must be a text, not the number 1",
                "podSelector: {matchLabels: {a b: c}} ~ spec.podSelector.matchLabels: Invalid value: \"a b\": not a label key",
                "podSelector: {matchExpressions: [{key: a}]} ~ spec.podSelector.matchExpressions[0].operator: Required value",
                "podSelector: {matchExpressions: [{key: a, operator: \"\"}]} ~ spec.podSelector.matchExpressions[0].operator: Required value",
                "podSelector: {matchExpressions: [{operator: Exists}]} ~ spec.podSelector.matchExpressions[0].key: Required value",
                "podSelector: {matchExpressions: [{key: a, operator: in}]} ~ spec.podSelector.matchExpressions[0].operator: Invalid value: \"in\": must be In, NotIn, Exists or DoesNotExist",
                "podSelector: {matchExpressions: [{key: \"-\", operator: Exists}]} ~ spec.podSelector.matchExpressions[0].key: Invalid value: \"-\": not a label key",
                "podSelector: {matchExpressions: [{key: a, operator: In}]} ~ spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
                "podSelector: {matchExpressions: [{key: a, operator: NotIn, values: []}]} ~ spec.podSelector.matchExpressions[0].values: Required value",
                "podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]} ~ spec.podSelector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                "podSelector: {matchExpressions: [{key: a, operator: In, values: [b, c d]}]} ~ spec.podSelector.matchExpressions[0].values[1]: Invalid value: \"c d\": a label value has",
                "policyTypes: [Ingres] ~ spec.policyTypes[0]: Invalid value: \"Ingres\": must be Ingress or Egress",
                "policyTypes: [Ingress, Ingress, Egress] ~ spec.policyTypes: Too many: may not specify more than two policyTypes",
                "ingress: {} ~ spec.ingress: must be a list, not an object",
                "ingress: [{to: []}] ~ unknown field \"spec.ingress[0].to\"",
                "ingress: [{from: [{}]}] ~ spec.ingress[0].from[0]: Required value: must specify a peer",
                "egress: [{}, {to: [{podSelector: null}]}] ~ spec.egress[1].to[0]: Required value: must specify a peer",
                "egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}] ~ spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer",
                "ingress: [{from: [{podSelector: {matchLables: {}}}]}] ~ unknown field \"spec.ingress[0].from[0].podSelector.matchLables\": did you mean matchLabels?",
                "ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}]}] ~ spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].values: Required value",
                "ingress: [{from: [{ipBlock: {}}]}] ~ spec.ingress[0].from[0].ipBlock.cidr: Required value",
                "ingress: [{from: [{ipBlock: {cidr: \"\"}}]}] ~ spec.ingress[0].from[0].ipBlock.cidr: Required value",
                "ingress: [{from: [{ipBlock: {cidr: 10.0.0.1}}]}] ~ spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.1\": ",
                "ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}] ~ spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.1/8\": 10.0.0.1/8 has bits below its mask: write 10.0.0.0/8",
                "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 11.0.0.0/16]}}]}] ~ spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"11.0.0.0/16\": must be a strict subset of cidr",
                "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}] ~ spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/8\": must be a strict subset of cidr",
                "ingress: [{from: [{ipBlock: {cidr: \"0.0.0.0/0\", except: [\"fd00::/8\"]}}]}] ~ spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"fd00::/8\": must be a strict subset of cidr",
                "ingress: [{ports: [{protocol: ICMP}]}] ~ spec.ingress[0].ports[0].protocol: Invalid value: \"ICMP\": must be TCP, UDP or SCTP",
                "ingress: [{ports: [{port: 0}]}] ~ spec.ingress[0].ports[0].port: Invalid value: \"0\": must be between 1 and 65535, inclusive",
                "ingress: [{ports: [{port: \"80\"}]}] ~ spec.ingress[0].ports[0].port: Invalid value: \"80\": a number must stand without quotes",
                "ingress: [{ports: [{port: a--b}]}] ~ spec.ingress[0].ports[0].port: Invalid value: \"a--b\": must not contain consecutive hyphens",
                "ingress: [{ports: [{port: sixteen-letters-}]}] ~ spec.ingress[0].ports[0].port: Invalid value: \"sixteen-letters-\": must be no more than 15 characters",
                "ingress: [{ports: [{port: sixteen-letterss}]}] ~ spec.ingress[0].ports[0].port: Invalid value: \"sixteen-letterss\": must be no more than 15 characters",
                "egress: [{ports: [{port: 80, endPort: 79}]}] ~ spec.egress[0].ports[0].endPort: Invalid value: \"79\": must be greater than or equal to port",
                "egress: [{ports: [{port: 80, endPort: 65536}]}] ~ spec.egress[0].ports[0].endPort: Invalid value: \"65536\": must be between 1 and 65535",
                "egress: [{ports: [{port: http, endPort: 80}]}] ~ spec.egress[0].ports[0].endPort: Forbidden: may not be specified when port is non-numeric",
                "egress: [{ports: [{endPort: 80}]}] ~ spec.egress[0].ports[0].endPort: Forbidden: may not be specified when port is not specified",
            })
    void whatIsWrongIsNamedWithItsPlace(String yaml, String complaint) {
        assertThatThrownBy(() -> spec("\n\n" + yaml)).hasMessageStartingWith("document 1, line 7: " + complaint);
    }

    @Test
    void bothFamiliesOfAddressesAreTaken() {
        IpBlock block = spec("ingress: [{from: [{ipBlock: {cidr: '::/0', except: ['fd00::/8', 'fe80::/10']}}]}]")
                .ingress()
                .get(0)
                .peers()
                .get(0)
                .ipBlock();
        assertThat(block).isNotNull();
        assertThat(block.exceptPrefixes()).containsExactly(IpPrefix.parse("fd00::/8"), IpPrefix.parse("fe80::/10"));
    }

    @Test
    void listsAreBounded() {
        String many = "{}, ".repeat(1_001);
        assertThatThrownBy(() -> spec("ingress: [" + many + "]"))
                .hasMessageContaining("spec.ingress: Too many: 1001: must have at most 1000 items");
        assertThatThrownBy(() -> spec("egress: [{ports: [" + many + "]}]"))
                .hasMessageContaining("spec.egress[0].ports: Too many: 1001");
        assertThatThrownBy(() -> spec("egress: [{to: [" + "{podSelector: {}}, ".repeat(1_001) + "]}]"))
                .hasMessageContaining("spec.egress[0].to: Too many: 1001");
    }

    @Test
    void aNamespaceHasItsNameForALabel() {
        assertThat(Namespaces.labelsOf("default")).containsExactly(Map.entry("kubernetes.io/metadata.name", "default"));
    }
}
