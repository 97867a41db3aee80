package io.osier.agent.scenario;

import io.osier.agent.scenario.DrawnService.Addresses;
import io.osier.agent.scenario.DrawnService.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A drawn service and its endpoints as manifests. */
final class ServiceManifests {
    private ServiceManifests() {}

    static String of(DrawnService service) {
        StringBuilder text = new StringBuilder("---\n{apiVersion: v1, kind: Service, metadata: {name: " + service.name()
                + "}, spec: {" + String.join(", ", spec(service)) + "}}\n");
        for (Family family : service.addresses().keySet()) {
            text.append(slice(service, family));
        }
        return text.toString();
    }

    private static List<String> spec(DrawnService service) {
        List<String> spec = new ArrayList<>(List.of("type: " + service.type()));
        spec.add("ipFamilyPolicy: " + (service.addresses().size() > 1 ? "RequireDualStack" : "SingleStack"));
        spec.add("ipFamilies: "
                + service.addresses().keySet().stream()
                        .map(family -> family.label)
                        .toList());
        List<String> clusterIps = addresses(service, Addresses::cluster);
        spec.add("clusterIP: " + clusterIps.get(0) + ", clusterIPs: " + clusterIps);
        List<String> external = addresses(service, Addresses::external);
        if (!external.isEmpty()) {
            spec.add("externalIPs: " + external);
        }
        for (String balancer : addresses(service, Addresses::balancer)) {
            spec.add(
                    "loadBalancerIP: " + balancer + ", loadBalancerSourceRanges: " + quoted(service.ranges().stream()));
        }
        if (service.keptOutside()) {
            spec.add("externalTrafficPolicy: Local");
        }
        if (service.keptInside()) {
            spec.add("internalTrafficPolicy: Local");
        }
        if (service.affinitySeconds() > 0) {
            spec.add("sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: "
                    + service.affinitySeconds() + "}}");
        }
        if (!service.distribution().isEmpty()) {
            spec.add("trafficDistribution: " + service.distribution());
        }
        spec.add("ports: "
                + service.ports().stream()
                        .map(port -> "{name: %s, protocol: %s, port: %d, targetPort: %d%s}"
                                .formatted(
                                        port.name(),
                                        port.protocol(),
                                        port.port(),
                                        port.target(),
                                        port.nodePort() == 0 ? "" : ", nodePort: " + port.nodePort()))
                        .toList());
        return spec;
    }

    private interface Which {
        String of(Addresses addresses);
    }

    private static List<String> addresses(DrawnService service, Which which) {
        return quoted(service.addresses().values().stream().map(which::of).filter(address -> !address.isEmpty()));
    }

    private static List<String> quoted(Stream<String> texts) {
        return texts.map(text -> '"' + text + '"').toList();
    }

    private static String slice(DrawnService service, Family family) {
        String ports = service.ports().stream()
                .map(port ->
                        "{name: %s, protocol: %s, port: %d}".formatted(port.name(), port.protocol(), port.target()))
                .collect(Collectors.joining(", "));
        String endpoints = service.endpoints().entrySet().stream()
                .map(entry -> endpoint(entry, family))
                .collect(Collectors.joining(", "));
        return """
                ---
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: %1$s,
                 metadata: {name: %2$s, labels: {kubernetes.io/service-name: %3$s}}, ports: [%4$s], endpoints: [%5$s]}
                """.formatted(
                family.label, service.name() + (family == Family.IPV4 ? "-4" : "-6"), service.name(), ports, endpoints);
    }

    private static String endpoint(Map.Entry<Station, Endpoint> entry, Family family) {
        Station station = entry.getKey();
        Endpoint endpoint = entry.getValue();
        List<String> hints = new ArrayList<>();
        if (!endpoint.forZone().isEmpty()) {
            hints.add("forZones: [{name: " + endpoint.forZone() + "}]");
        }
        if (!endpoint.forNode().isEmpty()) {
            hints.add("forNodes: [{name: " + endpoint.forNode() + "}]");
        }
        return "{addresses: [\"%s\"], nodeName: %s, conditions: {%s}%s%s}"
                .formatted(
                        family.of(station),
                        station.node().label,
                        endpoint.condition().text,
                        endpoint.zone().isEmpty() ? "" : ", zone: " + endpoint.zone(),
                        hints.isEmpty() ? "" : ", hints: {" + String.join(", ", hints) + "}");
    }
}
