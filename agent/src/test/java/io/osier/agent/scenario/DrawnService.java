package io.osier.agent.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A service of the comparison with kube-proxy, as both sides are told it.
 *
 * @param type as Kubernetes has it
 * @param externalIp empty for none
 * @param balancer a load balancer's address, or empty
 * @param ranges who may come to that; empty for everybody
 * @param keptOutside whether its external traffic policy is Local
 * @param affinitySeconds 0 for none
 */
record DrawnService(
        String name,
        String type,
        String clusterIp,
        String externalIp,
        String balancer,
        List<String> ranges,
        boolean keptOutside,
        boolean keptInside,
        int affinitySeconds,
        List<Port> ports,
        Map<Station, Condition> endpoints) {
    private static final List<Station> BOTH = List.of(Station.NODE_A, Station.NODE_B);

    /** @param nodePort 0 for none */
    record Port(String name, String protocol, int port, int target, int nodePort) {}

    /** What an endpoint says of itself. */
    enum Condition {
        READY("ready: true, serving: true, terminating: false"),
        LEAVING("ready: false, serving: true, terminating: true"),
        GONE("ready: false, serving: false, terminating: true"),
        UNREADY("ready: false, serving: false, terminating: false");

        private final String text;

        Condition(String text) {
            this.text = text;
        }

        /** Whether it may be given anything at all. */
        boolean serves() {
            return this == READY || this == LEAVING;
        }
    }

    /** The service and its endpoints as manifests. */
    String manifests() {
        List<String> spec = new ArrayList<>(List.of("type: " + type, "clusterIP: " + clusterIp));
        if (!externalIp.isEmpty()) {
            spec.add("externalIPs: [" + externalIp + "]");
        }
        if (!balancer.isEmpty()) {
            spec.add("loadBalancerIP: " + balancer + ", loadBalancerSourceRanges: " + ranges);
        }
        if (keptOutside) {
            spec.add("externalTrafficPolicy: Local");
        }
        if (keptInside) {
            spec.add("internalTrafficPolicy: Local");
        }
        if (affinitySeconds > 0) {
            spec.add("sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: " + affinitySeconds
                    + "}}");
        }
        String servicePorts = ports.stream()
                .map(port -> "{name: %s, protocol: %s, port: %d, targetPort: %d%s}"
                        .formatted(
                                port.name,
                                port.protocol,
                                port.port,
                                port.target,
                                port.nodePort == 0 ? "" : ", nodePort: " + port.nodePort))
                .collect(Collectors.joining(", "));
        spec.add("ports: [" + servicePorts + "]");
        String slicePorts = ports.stream()
                .map(port -> "{name: %s, protocol: %s, port: %d}".formatted(port.name, port.protocol, port.target))
                .collect(Collectors.joining(", "));
        String addresses = endpoints.entrySet().stream()
                .map(endpoint -> "{addresses: [%s], nodeName: %s, conditions: {%s}}"
                        .formatted(endpoint.getKey().address, endpoint.getKey().node().label, endpoint.getValue().text))
                .collect(Collectors.joining(", "));
        return """
                ---
                {apiVersion: v1, kind: Service, metadata: {name: %1$s}, spec: {%2$s}}
                ---
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                 metadata: {name: %1$s, labels: {kubernetes.io/service-name: %1$s}}, ports: [%3$s], endpoints: [%4$s]}
                """.formatted(name, String.join(", ", spec), slicePorts, addresses);
    }

    /** What kube-proxy makes of it on a node. */
    List<KubeProxyRules.Service> rules(Station node) {
        return ports.stream()
                .map(port -> new KubeProxyRules.Service(
                        "default/" + name + ":" + port.name,
                        port.protocol.toLowerCase(Locale.ROOT),
                        clusterIp,
                        port.port,
                        externalIp.isEmpty() ? List.of() : List.of(externalIp),
                        balancer,
                        ranges,
                        port.nodePort,
                        0,
                        at(taking(BOTH), port),
                        at(taking(List.of(node)), port),
                        keptOutside,
                        keptInside,
                        affinitySeconds))
                .toList();
    }

    private static List<String> at(List<Station> stations, Port port) {
        return stations.stream()
                .map(station -> station.address + ":" + port.target)
                .toList();
    }

    /** Whether there is nobody to take anything, on any node. */
    boolean isEmpty() {
        return endpoints.values().stream().noneMatch(Condition::serves);
    }

    /** Those on these nodes that are ready; without any, those that are leaving and still serve. */
    List<Station> taking(List<Station> nodes) {
        List<Station> ready = in(Condition.READY, nodes);
        return ready.isEmpty() ? in(Condition.LEAVING, nodes) : ready;
    }

    private List<Station> in(Condition condition, List<Station> nodes) {
        return endpoints.entrySet().stream()
                .filter(endpoint -> endpoint.getValue() == condition
                        && nodes.contains(endpoint.getKey().node()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
