package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Network policies in the words of kubectl. */
@Timeout(60)
class NetworkPolicyCommandsTest extends WithFakeAgent {
    private static final String LIST = "GET /api/v1/networkpolicies?namespace=default&allNamespaces=false";
    private static final String GET = "GET /api/v1/networkpolicies/web?namespace=default";
    private static final String SPEC = "{\"podSelector\":{},\"policyTypes\":[\"Ingress\"]}";

    private static String policy(String name, String spec) {
        return """
                {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"%s","namespace":"default",
                 "creationTimestamp":"%s"},"spec":%s}""".formatted(name, Instant.now().minus(Duration.ofHours(3)), spec);
    }

    private String ask(String... words) {
        Dialogue dialogue = Dialogue.with(agent, words);
        assertThat(dialogue.err()).isEmpty();
        assertThat(dialogue.exitCode()).isZero();
        return dialogue.out();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "networkpolicies",
                "networkpolicy",
                "netpol",
                "NetworkPolicy",
                "networkpolicies.networking.k8s.io",
                "netpol.networking.k8s.io"
            })
    void areListedWithTheirSelectors(String kind) {
        agent.onList(LIST, policy("deny-all", SPEC), policy("web", """
                {"podSelector":{"matchLabels":{"app":"web"},"matchExpressions":[
                  {"key":"tier","operator":"In","values":["front","edge"]},
                  {"key":"stage","operator":"NotIn","values":["test"]},
                  {"key":"old","operator":"DoesNotExist"},{"key":"app","operator":"Exists"}]},"policyTypes":["Ingress"]}"""));
        assertThat(ask("get", kind)).isEqualTo("""
                NAME       POD-SELECTOR                                               AGE
                deny-all   <none>                                                     3h
                web        app=web,app,!old,stage notin (test),tier in (edge,front)   3h
                """);
        assertThat(ask("get", kind, "-o", "wide")).isEqualTo(ask("get", kind));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name | networkpolicy.networking.k8s.io/web",
                "json | \"podSelector\" : { }",
                "yaml | podSelector: {}",
            })
    void areShownWhole(String format, String line) {
        agent.on(GET, 200, policy("web", SPEC));
        assertThat(ask("get", "netpol/web", "-o", format).lines().map(String::strip))
                .anyMatch(shown -> shown.replace(",", "").equals(line));
    }

    @Test
    void areNotAmongAll() {
        agent.onList("GET /api/v1/pods?namespace=default&allNamespaces=false")
                .onList("GET /api/v1/services?namespace=default&allNamespaces=false");
        assertThat(Dialogue.with(agent, "get", "all").exitCode()).isZero();
        assertThat(agent.questions()).noneMatch(question -> question.contains("networkpolicies"));
    }

    @Test
    void areAppliedCreatedAndDeletedByManifestAndByName() throws IOException {
        Path file = Files.writeString(directory.resolve("web.yaml"), """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: web}
                spec: {podSelector: {}}
                """);
        agent.on("POST /osier/v1/apply?namespace=default", 200, "{\"items\":[{\"result\":\"configured\"}]}")
                .on("POST /osier/v1/create?namespace=default", 200, "{\"items\":[{\"result\":\"created\"}]}")
                .on("POST /osier/v1/delete?namespace=default", 200, "{\"items\":[{\"result\":\"deleted\"}]}");
        assertThat(ask("apply", "-f", file.toString())).isEqualTo("networkpolicy.networking.k8s.io/web configured\n");
        assertThat(ask("create", "-f", file.toString())).isEqualTo("networkpolicy.networking.k8s.io/web created\n");
        assertThat(ask("delete", "-f", file.toString())).isEqualTo("networkpolicy.networking.k8s.io \"web\" deleted\n");
        assertThat(ask("delete", "networkpolicy", "web"))
                .isEqualTo("networkpolicy.networking.k8s.io \"web\" deleted\n");
        assertThat(agent.questions().get(3))
                .endsWith(
                        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"networking.k8s.io/v1\","
                                + "\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"web\",\"namespace\":\"default\"}}]}");
    }

    @Test
    void describeTellsWhatIsAllowed() {
        agent.on(GET, 200, """
                {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"web","namespace":"default",
                 "labels":{"app":"web","tier":"front"},"annotations":{"by":"staff"},
                 "creationTimestamp":"2026-01-31T12:00:00Z"},
                 "spec":{"podSelector":{"matchLabels":{"role":"db"}},"policyTypes":["Ingress","Egress"],
                 "ingress":[{"from":[{"ipBlock":{"cidr":"172.17.0.0/16","except":["172.17.1.0/24","172.17.2.0/24"]}},
                  {"namespaceSelector":{"matchLabels":{"project":"p"}}},{"podSelector":{"matchLabels":{"role":"front"}}}],
                  "ports":[{"protocol":"TCP","port":6379},{"protocol":"UDP","port":"dns"}]},{}],
                 "egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/24"}},{"podSelector":{},"namespaceSelector":{}}],
                  "ports":[{"protocol":"TCP","port":32000,"endPort":32768},{"protocol":"SCTP"}]}]}}""");
        assertThat(ask("describe", "networkpolicy", "web")).isEqualTo("""
                Name:         web
                Namespace:    default
                Created on:   2026-01-31 12:00:00 +0000 UTC
                Labels:       app=web
                              tier=front
                Annotations:  by: staff
                Spec:
                  PodSelector:     role=db
                  Allowing ingress traffic:
                    To Port: 6379/TCP
                    To Port: dns/UDP
                    From:
                      IPBlock:
                        CIDR: 172.17.0.0/16
                        Except: 172.17.1.0/24, 172.17.2.0/24
                    From:
                      NamespaceSelector: project=p
                    From:
                      PodSelector: role=front
                    ----------
                    To Port: <any> (traffic allowed to all ports)
                    From: <any> (traffic not restricted by source)
                  Allowing egress traffic:
                    To Port: 32000-32768/TCP
                    To Port: <any>/SCTP
                    To:
                      IPBlock:
                        CIDR: 10.0.0.0/24
                        Except:\s
                    To:
                      NamespaceSelector: <none>
                      PodSelector: <none>
                  Policy Types: Ingress, Egress
                """);
    }

    @Test
    void describeTellsOfIsolationAndOfWhatIsNotAffected() {
        agent.on(GET, 200, policy("web", SPEC));
        assertThat(ask("describe", "netpol", "web")).endsWith("""
                Labels:       <none>
                Annotations:  <none>
                Spec:
                  PodSelector:     <none> (Allowing the specific traffic to all pods in this namespace)
                  Allowing ingress traffic:
                    <none> (Selected pods are isolated for ingress connectivity)
                  Not affecting egress traffic
                  Policy Types: Ingress
                """);
        agent.on("GET /api/v1/networkpolicies/out?namespace=default", 200, policy("out", """
                {"podSelector":{},"policyTypes":["Egress"],"egress":[{}]}"""));
        assertThat(ask("describe", "netpol", "out")).endsWith("""
                  Not affecting ingress traffic
                  Allowing egress traffic:
                    To Port: <any> (traffic allowed to all ports)
                    To: <any> (traffic not restricted by destination)
                  Policy Types: Egress
                """);
    }
}
