package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ApiSpoiltObjectsTest extends FuzzedApi {
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "65536",
            "1e999",
            "\"\"",
            "\"a\"",
            "\"10.32.0.7\"",
            "\"10.96.0.9\"",
            "\"::1\"",
            "\"None\"",
            "\"10.32.0.0/33\"",
            "\"UDP\"",
            "\"../..\"",
            "[]",
            "[null]",
            "{}",
            "{\"x\":null}",
            "[[1]]");
    private static final List<String> SEEDS = List.of("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"n","labels":{"app":"web"}},"spec":
            {"nodeName":"node-a","podIP":"10.32.0.9","restartPolicy":"Never","containers":[{"name":"c","command":["true"],
            "env":[{"name":"A","value":"b"}],"ports":[{"name":"http","containerPort":80,"protocol":"TCP"}]}]}}""", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"type":"ClusterIP","clusterIP":"10.96.0.9",
            "clusterIPs":["10.96.0.9"],"selector":{"app":"web"},"sessionAffinity":"ClientIP","ports":[{"name":"http",
            "protocol":"TCP","port":80,"targetPort":"http"}]}}""", """
            {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"a"},"subsets":[{"addresses":[{"ip":"10.32.0.9"}],
            "ports":[{"name":"http","port":80,"protocol":"TCP"}]}]}""", """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"a"},"spec":{"podCIDRs":["10.40.0.0/24"]},"status":
            {"addresses":[{"type":"InternalIP","address":"172.30.0.9"}]}}""", """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"a","labels":
            {"kubernetes.io/service-name":"a"}},"addressType":"IPv4","endpoints":[{"addresses":["10.32.0.9"],"conditions":
            {"ready":true,"serving":true,"terminating":false},"nodeName":"node-a","zone":"z"}],"ports":[{"name":"http",
            "port":80,"protocol":"TCP"}]}""", """
            {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a"},"spec":{"podSelector":
            {"matchLabels":{"app":"web"},"matchExpressions":[{"key":"app","operator":"In","values":["web"]}]},"policyTypes":
            ["Ingress","Egress"],"ingress":[{"from":[{"podSelector":{}},{"namespaceSelector":{}},{"ipBlock":{"cidr":
            "10.32.0.0/24","except":["10.32.0.9/32"]}}],"ports":[{"protocol":"TCP","port":80,"endPort":90}]}],"egress":
            [{"to":[{"podSelector":{}}],"ports":[{"port":"http"}]}]}}""");

    /** Bodies that are nearly right get further than noise does; the seed makes a failure come again. */
    @Test
    void realObjectsWithOneThingWrong() {
        Random random = new Random(20261123);
        for (int i = 0; i < 400; i++) {
            int kind = random.nextInt(KINDS.size());
            JsonNode body = Json.parse(SEEDS.get(kind).getBytes(StandardCharsets.UTF_8));
            spoil(body, random);
            String plural = "/api/v1/" + KINDS.get(random.nextInt(8) == 0 ? random.nextInt(KINDS.size()) : kind);
            ask("POST", plural, Json.bytes(body));
            ask("PUT", plural + "/a", Json.bytes(body));
            for (String listed : KINDS) {
                ask("GET", "/api/v1/" + listed + "?allNamespaces=true", new byte[0]);
            }
            for (String namespace : List.of("default", "n")) {
                ask("DELETE", plural + "/a?namespace=" + namespace, new byte[0]);
            }
        }
    }

    private static void spoil(JsonNode node, Random random) {
        JsonNode value = Json.parse(VALUES.get(random.nextInt(VALUES.size())).getBytes(StandardCharsets.UTF_8));
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            JsonNode inner = object.path(name);
            if (inner.isContainer() && !inner.isEmpty() && random.nextInt(4) > 0) {
                spoil(inner, random);
            } else if (random.nextInt(6) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            if (array.get(0).isContainer() && random.nextInt(4) > 0) {
                spoil(array.get(0), random);
            } else {
                array.set(0, value);
            }
        }
    }
}
