package io.osier.agent.reconcile;

import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Objects of a cluster in which much happens at once that should not: nodes have each other's subnets, pods each other's
 * addresses, services want the same ones.
 */
final class RandomManifests {
    static final EmbeddingPrefix PODS6 = EmbeddingPrefix.parse("fd00:1::/96");
    static final int UIDS = 10;
    static final List<String> POD_ADDRESSES = List.of(
            "10.32.0.2",
            "10.32.0.3",
            "10.32.1.2",
            "10.32.1.130",
            "10.32.2.7",
            "10.33.0.2",
            "10.40.0.77",
            "192.168.7.7");
    static final List<String> SERVICE_ADDRESSES = List.of(
            "10.96.0.1",
            "10.96.0.2",
            "10.96.0.3",
            "198.51.100.1",
            "172.30.0.1",
            "172.30.1.1",
            "fd00:2::1",
            "fd00:2::2");

    private static final List<String> NODES = List.of("node-a", "node-b", "node-c", "node-d");
    private static final List<String> SUBNETS = List.of(
            "10.32.0.0/24",
            "10.32.1.0/24",
            "10.32.2.0/24",
            "10.32.0.0/16",
            "10.33.0.0/16",
            "10.32.1.128/25",
            "10.32.2.7/32");
    private static final List<String> ZONES = List.of("east", "west");

    private final Random random;

    RandomManifests(Random random) {
        this.random = random;
    }

    private boolean chance(int one) {
        return random.nextInt(one) == 0;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String some(List<String> of, int most) {
        return String.join(
                ", ",
                IntStream.range(0, random.nextInt(most + 1))
                        .mapToObj(i -> one(of))
                        .distinct()
                        .toList());
    }

    String node() {
        int number = random.nextInt(NODES.size());
        List<String> status = new ArrayList<>();
        if (!chance(5)) {
            status.add("addresses: [{type: InternalIP, address: 172.30.0.%d}, {type: ExternalIP, address: 172.30.1.%d}]"
                    .formatted(1 + number, chance(4) ? 2 : 1));
        }
        status.add("features: [" + (chance(2) ? "remote-checksum" : "") + "]");
        status.add("podMtuBytes: 14" + (10 + random.nextInt(3)));
        return """
                {apiVersion: v1, kind: Node, metadata: {name: %s, labels: {%s}},
                 spec: {podCIDRs: [%s], foreign: %s}, status: {%s}}
                """.formatted(
                        NODES.get(number),
                        chance(4) ? "" : "topology.kubernetes.io/zone: " + one(ZONES),
                        some(SUBNETS, 2),
                        chance(4),
                        String.join(", ", status));
    }

    String zone() {
        return one(ZONES);
    }

    /** Those of odd numbers are in another namespace. */
    private static String named(String name, int number) {
        return "name: " + name + "-" + number + ", namespace: " + (number % 2 == 0 ? "default" : "other");
    }

    String pod() {
        String address = one(POD_ADDRESSES);
        List<String> metadata = new ArrayList<>(List.of(
                named("pod", random.nextInt(8)),
                "labels: {app: %s, tier: %s}".formatted(one(List.of("a", "b", "c")), one(List.of("front", "back")))));
        if (!chance(6)) {
            metadata.add("uid: uid-" + random.nextInt(UIDS));
        }
        if (chance(5)) {
            metadata.add("deletionTimestamp: '2026-11-29T00:00:00Z'");
        }
        if (chance(4)) {
            metadata.add("annotations: {osier.io/weight: '" + (1 + random.nextInt(3)) + "'}");
        }
        return """
                {apiVersion: v1, kind: Pod, metadata: {%s},
                 spec: {%s containers: [{command: [serve], ports: [{name: http, containerPort: %d}]}]},
                 status: {phase: Running, %s ready: %s}}
                """.formatted(
                        String.join(", ", metadata),
                        chance(8) ? "" : "nodeName: " + (chance(8) ? "ghost" : one(NODES)) + ",",
                        8080 + random.nextInt(2),
                        chance(8)
                                ? ""
                                : "podIP: %s, podIPs: [{ip: %s}, {ip: '%s'}],"
                                        .formatted(address, address, PODS6.of(IpAddress.parse(address))),
                        !chance(3));
    }

    String policy() {
        return """
                {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {%s},
                 spec: {podSelector: %s, policyTypes: [%s], ingress: [%s], egress: [%s]}}
                """.formatted(
                        named("policy", random.nextInt(4)),
                        selector(),
                        one(List.of("", "Ingress", "Egress", "Ingress, Egress")),
                        rules("from"),
                        rules("to"));
    }

    private String selector() {
        return one(List.of(
                "{}",
                "{matchLabels: {app: a}}",
                "{matchLabels: {app: b, tier: front}}",
                "{matchExpressions: [{key: app, operator: In, values: [a, c]}]}",
                "{matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}",
                "{matchExpressions: [{key: nothing, operator: Exists}]}"));
    }

    private String rules(String peers) {
        return String.join(
                ", ",
                IntStream.range(0, random.nextInt(3))
                        .mapToObj(i -> "{%s: [%s], ports: [%s]}"
                                .formatted(
                                        peers,
                                        list(random.nextInt(3), this::peer),
                                        list(random.nextInt(3), this::policyPort)))
                        .toList());
    }

    private static String list(int size, Supplier<String> element) {
        return String.join(
                ", ", IntStream.range(0, size).mapToObj(i -> element.get()).toList());
    }

    private String peer() {
        return switch (random.nextInt(4)) {
            case 0 -> "{ipBlock: {cidr: 10.32.0.0/16, except: [10.32.1.0/24]}}";
            case 1 -> "{ipBlock: {cidr: 'fd00:1::/96'}}";
            case 2 ->
                "{namespaceSelector: "
                        + one(List.of("{}", "{matchLabels: {kubernetes.io/metadata.name: other}}"))
                        + (chance(2) ? ", podSelector: " + selector() : "")
                        + "}";
            default -> "{podSelector: " + selector() + "}";
        };
    }

    private String policyPort() {
        return one(List.of(
                "{port: http}",
                "{port: 80}",
                "{port: 8000, endPort: 8080}",
                "{protocol: UDP}",
                "{protocol: UDP, port: 53}",
                "{protocol: UDP, port: http}"));
    }

    String service() {
        String type = one(List.of("ClusterIP", "NodePort", "LoadBalancer"));
        List<String> spec = new ArrayList<>(List.of(
                "type: " + type,
                "selector: {" + one(List.of("", "", "app: a", "app: b", "app: a, tier: front", "tier: back")) + "}",
                "internalTrafficPolicy: " + one(List.of("Cluster", "Cluster", "Local")),
                "sessionAffinity: " + one(List.of("None", "None", "ClientIP")),
                "publishNotReadyAddresses: " + chance(5),
                clusterIp(type)));
        if (chance(2)) {
            spec.add("trafficDistribution: " + one(List.of("PreferSameZone", "PreferSameNode", "PreferClose")));
        }
        if (!type.equals("ClusterIP")) {
            boolean local = chance(2);
            spec.add("externalTrafficPolicy: " + (local ? "Local" : "Cluster"));
            spec.add("externalIPs: [" + some(SERVICE_ADDRESSES.subList(2, 5), 2) + "]");
            if (type.equals("LoadBalancer")) {
                spec.add("loadBalancerIP: 198.51.100.1");
                spec.add("loadBalancerSourceRanges: [" + some(List.of("172.30.0.0/24", "192.0.2.0/24"), 2) + "]");
                spec.add(local ? "healthCheckNodePort: " + (31_000 + random.nextInt(2)) : "healthCheckNodePort: null");
            }
        }
        return """
                {apiVersion: v1, kind: Service, metadata: {%s, annotations: {%s}},
                 spec: {%s, ports: [{name: http, port: 80, targetPort: http %s},
                                    {name: dns, port: %d, targetPort: 53, protocol: UDP}]}}
                """.formatted(
                        named("web", random.nextInt(5)),
                        one(List.of(
                                "",
                                "osier.io/balance: maglev",
                                "osier.io/on-backend-removal: repick",
                                "osier.io/on-backend-removal: drain, osier.io/drain-seconds: '7'")),
                        String.join(", ", spec),
                        type.equals("ClusterIP") || chance(2) ? "" : ", nodePort: " + (30_000 + random.nextInt(2)),
                        53 + random.nextInt(2));
    }

    private String clusterIp(String type) {
        String v4 = "10.96.0." + (1 + random.nextInt(3));
        String v6 = "'fd00:2::" + (1 + random.nextInt(2)) + "'";
        return switch (random.nextInt(8)) {
            case 0 -> type.equals("ClusterIP") ? "clusterIP: None" : "clusterIP: " + v4;
            case 1 -> "ipFamilyPolicy: null"; // has none yet
            case 2 -> "clusterIP: " + v6;
            case 3, 4 -> "ipFamilyPolicy: PreferDualStack, clusterIP: %s, clusterIPs: [%s, %s]".formatted(v4, v4, v6);
            default -> "clusterIP: " + v4;
        };
    }

    String endpoints() {
        return """
                {apiVersion: v1, kind: Endpoints, metadata: {%s},
                 subsets: [{addresses: [{ip: %s}, {ip: %s}], ports: [{name: http, port: 80}]}]}
                """.formatted(named("web", random.nextInt(5)), one(POD_ADDRESSES), one(POD_ADDRESSES));
    }

    String slice() {
        int number = random.nextInt(6);
        boolean v6 = chance(4);
        boolean hinted = chance(2);
        String labels = chance(6) ? "" : "kubernetes.io/service-name: web-" + random.nextInt(5);
        return """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: %s,
                 metadata: {%s, labels: {%s}},
                 endpoints: [%s], ports: [{name: http, port: 8000}, {name: dns, protocol: UDP, port: 53}]}
                """.formatted(
                        v6 ? "IPv6" : "IPv4",
                        named("slice", number),
                        labels,
                        String.join(
                                ", ",
                                IntStream.range(0, random.nextInt(4))
                                        .mapToObj(i -> endpoint(v6, hinted))
                                        .toList()));
    }

    private String endpoint(boolean v6, boolean hinted) {
        String address = one(POD_ADDRESSES);
        List<String> fields =
                new ArrayList<>(List.of("addresses: ['" + (v6 ? PODS6.of(IpAddress.parse(address)) : address) + "']"));
        if (!chance(3)) {
            fields.add("nodeName: " + one(NODES));
        }
        if (chance(3)) {
            fields.add("zone: " + one(ZONES));
        }
        if (hinted) {
            fields.add("hints: {forZones: [{name: %s}], forNodes: [{name: %s}]}".formatted(one(ZONES), one(NODES)));
        }
        if (chance(3)) {
            fields.add("conditions: {ready: false, serving: %s, terminating: %s}".formatted(!chance(3), !chance(3)));
        }
        return "{" + String.join(", ", fields) + "}";
    }
}
