package io.osier.agent.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A service of the comparison with kube-proxy, as both sides are told it.
 *
 * @param type as Kubernetes has it
 * @param addresses of each family that it has, the primary one first
 * @param ranges who may come to a load balancer's address; empty for everybody
 * @param keptOutside whether its external traffic policy is Local
 * @param affinitySeconds 0 for none
 * @param distribution its {@code trafficDistribution}, or empty
 */
record DrawnService(
        String name,
        String type,
        Map<Family, Addresses> addresses,
        List<String> ranges,
        boolean keptOutside,
        boolean keptInside,
        int affinitySeconds,
        String distribution,
        List<Port> ports,
        Map<Station, Endpoint> endpoints) {
    /**
     * @param external an external IP, or empty
     * @param balancer a load balancer's address, or empty
     */
    record Addresses(String cluster, String external, String balancer) {}

    /** @param nodePort 0 for none */
    record Port(String name, String protocol, int port, int target, int nodePort) {}

    /**
     * What is said of a backend.
     *
     * @param zone where it is said to be; empty if only its node says it
     * @param forZone whom its hints are for; empty for nobody in particular
     * @param forNode the same
     */
    record Endpoint(Condition condition, String zone, String forZone, String forNode) {
        static final Endpoint READY = new Endpoint(Condition.READY, "", "", "");

        boolean isHinted() {
            return !forZone.isEmpty() || !forNode.isEmpty();
        }

        String zoneAt(Station station) {
            return zone.isEmpty() ? station.zone() : zone;
        }

        @Override
        public String toString() {
            return condition + (zone.isEmpty() ? "" : " in " + zone) + (isHinted() ? " for " + forZone + forNode : "");
        }
    }

    /** What an endpoint says of itself. */
    enum Condition {
        READY("ready: true, serving: true, terminating: false"),
        LEAVING("ready: false, serving: true, terminating: true"),
        GONE("ready: false, serving: false, terminating: true"),
        UNREADY("ready: false, serving: false, terminating: false");

        final String text;

        Condition(String text) {
            this.text = text;
        }

        /** Whether it may be given anything at all. */
        boolean serves() {
            return this == READY || this == LEAVING;
        }
    }

    /** What kube-proxy makes of it on a node, in one family; nothing if it has no address there. */
    List<KubeProxyRules.Service> rules(Station node, Family family) {
        Addresses its = addresses.get(family);
        List<KubeProxyRules.Service> rules = new ArrayList<>();
        if (its == null) {
            return rules;
        }
        KubeProxyEndpoints taking = new KubeProxyEndpoints(this, node);
        for (Port port : ports) {
            rules.add(new KubeProxyRules.Service(
                    "default/" + name + ":" + port.name,
                    port.protocol.toLowerCase(Locale.ROOT),
                    its.cluster,
                    port.port,
                    its.external.isEmpty() ? List.of() : List.of(its.external),
                    its.balancer,
                    rangesOf(family),
                    port.nodePort,
                    0,
                    at(taking.anywhere(), port, family),
                    at(taking.here(), port, family),
                    keptOutside,
                    keptInside,
                    affinitySeconds));
        }
        return rules;
    }

    private List<String> rangesOf(Family family) {
        return ranges.stream().filter(range -> Family.of(range) == family).toList();
    }

    private static List<String> at(List<Station> stations, Port port, Family family) {
        return stations.stream().map(station -> family.at(station, port.target)).toList();
    }

    /** Whether there is nobody to take anything, on any node. */
    boolean isEmpty() {
        return endpoints.values().stream()
                .noneMatch(endpoint -> endpoint.condition().serves());
    }

    @Override
    public String toString() {
        return addresses.keySet() + " " + type + (keptOutside ? ", kept outside" : "")
                + (keptInside ? ", kept inside" : "") + (affinitySeconds > 0 ? ", affine" : "")
                + (distribution.isEmpty() ? "" : ", " + distribution)
                + (ranges.isEmpty() ? "" : ", for " + ranges) + ", " + endpoints;
    }
}
