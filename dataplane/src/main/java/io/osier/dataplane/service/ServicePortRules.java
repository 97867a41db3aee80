package io.osier.dataplane.service;

import io.osier.dataplane.service.ServicePolicy.Locality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All addresses of one service port together, as kube-proxy sees them: which chains they share, and what these have matched. */
final class ServicePortRules {
    private final List<VirtualService> all = new ArrayList<>();

    /** All services of a family, those of one name and protocol together, in the order in which they come. */
    static List<ServicePortRules> group(List<VirtualService> services, ListedFamily family) {
        Map<String, ServicePortRules> grouped = new LinkedHashMap<>();
        for (VirtualService service : services) {
            if (!family.lists(service)) {
                continue;
            }
            grouped.computeIfAbsent(service.name() + service.protocol(), key -> new ServicePortRules())
                    .all
                    .add(service);
        }
        return List.copyOf(grouped.values());
    }

    /** Whether somebody who is kept to this node finds nothing there, though there are endpoints elsewhere. */
    static boolean lacksLocal(VirtualService service) {
        VirtualService near = service.near();
        return !service.backends().isEmpty() && near != null && near.backends().isEmpty();
    }

    /** Of which all have the name, the protocol, and the backends. */
    VirtualService first() {
        return all.get(0);
    }

    /** Those at an address and not at a port of the node. */
    List<VirtualService> addresses() {
        return all.stream()
                .filter(service -> !service.policy().exposure().isNodePort())
                .toList();
    }

    List<VirtualService> nodePorts() {
        return all.stream()
                .filter(service -> service.policy().exposure().isNodePort())
                .toList();
    }

    boolean hasNodePort() {
        return !nodePorts().isEmpty();
    }

    boolean hasExternal() {
        return all.stream().anyMatch(service -> service.policy().isExternal());
    }

    /** Whether outsiders get backends of this node only. */
    boolean keepsOutsiders() {
        return all.stream().anyMatch(service -> service.policy().isExternal() && service.near() != null);
    }

    private boolean keepsEverybody(VirtualService service) {
        return service.policy().locality() == Locality.EVERYBODY;
    }

    /** The chain that the rule of an address leads to. */
    String chainOf(VirtualService address) {
        if (!address.policy().sourceRanges().isEmpty()) {
            return ChainName.ofFirewall(address);
        }
        if (address.policy().isExternal()) {
            return ChainName.ofExternal(address);
        }
        return keepsEverybody(address) ? ChainName.ofLocal(address) : ChainName.ofService(address);
    }

    /** Whether any address leads to all backends. */
    boolean usesCluster() {
        return all.stream().anyMatch(service -> !keepsEverybody(service));
    }

    int clusterReferences() {
        int addresses = (int) all.stream()
                .filter(service -> !service.policy().isExternal() && !keepsEverybody(service))
                .count();
        return addresses + (hasExternal() ? keepsOutsiders() ? 2 : 1 : 0);
    }

    int localReferences() {
        int addresses = (int) all.stream().filter(this::keepsEverybody).count();
        return addresses + (keepsOutsiders() ? 1 : 0);
    }

    int externalReferences() {
        int addresses = (int) addresses().stream()
                .filter(service -> service.policy().isExternal())
                .mapToLong(
                        service -> Math.max(1, service.policy().sourceRanges().size()))
                .sum();
        return addresses + (hasNodePort() ? 1 : 0);
    }

    /** The backends of this node, if any address leads to them alone. */
    @Nullable
    VirtualService near() {
        for (VirtualService service : all) {
            if (service.near() != null) {
                return service.near();
            }
        }
        return null;
    }

    /** One of those at which outsiders come in, kept to this node if any is; only if there is one. */
    VirtualService external() {
        List<VirtualService> external =
                all.stream().filter(service -> service.policy().isExternal()).toList();
        return external.stream()
                .filter(service -> service.near() != null)
                .findFirst()
                .orElse(external.get(0));
    }

    /** How many chains lead to the endpoint: all backends', this node's, or both. */
    int chainsOf(Backend backend) {
        return (usesCluster() && indexOf(first(), backend) >= 0 ? 1 : 0) + (indexOfLocal(backend) < 0 ? 0 : 1);
    }

    /** All endpoints that any chain leads to: those of everybody, and those that only this node still uses. */
    List<Backend> endpoints() {
        List<Backend> endpoints = new ArrayList<>(first().backends());
        VirtualService near = near();
        if (near != null) {
            near.backends().stream()
                    .filter(backend -> indexOf(first(), backend) < 0)
                    .forEach(endpoints::add);
        }
        endpoints.removeIf(backend -> chainsOf(backend) == 0);
        return endpoints;
    }

    static int indexOf(VirtualService service, Backend backend) {
        return service.indexOf(backend.address().high(), backend.address().low(), backend.port());
    }

    int indexOfLocal(Backend backend) {
        VirtualService near = near();
        return near == null ? -1 : indexOf(near, backend);
    }

    /** What has met the chain of all backends. */
    RuleCounters byCluster() {
        return sum(service -> true);
    }

    RuleCounters externalByCluster() {
        return sum(service -> service.policy().isExternal());
    }

    private RuleCounters sum(Predicate<VirtualService> which) {
        return RuleCounters.sum(
                first().backends().size(),
                all.stream().filter(which).map(VirtualService::counters).toList());
    }

    /** What has met the chain of this node's backends. */
    RuleCounters byLocal() {
        VirtualService near = near();
        int backends = near == null ? 0 : near.backends().size();
        List<RuleCounters> parts = new ArrayList<>();
        for (VirtualService service : all) {
            if (service.near() != null) {
                parts.add(service.near().counters());
            }
        }
        return RuleCounters.sum(backends, parts);
    }

    /** Everything that came to the node's own port, in one account. */
    RuleCounters throughNodePort() {
        RuleCounters sum = new RuleCounters(0);
        nodePorts().forEach(service -> sum.addTotal(packets(service), bytes(service)));
        return sum;
    }

    /** All packets that came to this address, those that might not included. */
    static long packets(VirtualService address) {
        VirtualService near = address.near();
        return address.counters().totalPackets()
                + (near == null ? 0 : near.counters().totalPackets())
                + address.sources().refusedPackets();
    }

    static long bytes(VirtualService address) {
        VirtualService near = address.near();
        return address.counters().totalBytes()
                + (near == null ? 0 : near.counters().totalBytes())
                + address.sources().refusedBytes();
    }

    /** What found no endpoint at any of these addresses: none at all, or none on this node. */
    static RuleCounters unanswered(List<VirtualService> addresses) {
        RuleCounters sum = new RuleCounters(0);
        for (VirtualService address : addresses) {
            VirtualService near = address.near();
            sum.addTotal(address.counters().refusedPackets(), address.counters().refusedBytes());
            if (near != null) {
                sum.addTotal(near.counters().refusedPackets(), near.counters().refusedBytes());
            }
        }
        return sum;
    }

    /** What was marked to be masqueraded by these rules. */
    long masqueradedPackets() {
        RuleCounters cluster = byCluster();
        long packets = keepsOutsiders() ? 0 : externalByCluster().totalPackets();
        for (int i = 0; i < first().backends().size(); i++) {
            packets += cluster.hairpinPackets(i);
        }
        return packets;
    }

    long masqueradedBytes() {
        RuleCounters cluster = byCluster();
        long bytes = keepsOutsiders() ? 0 : externalByCluster().totalBytes();
        for (int i = 0; i < first().backends().size(); i++) {
            bytes += cluster.hairpinBytes(i);
        }
        return bytes;
    }
}
