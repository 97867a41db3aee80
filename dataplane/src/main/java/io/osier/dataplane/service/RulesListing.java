package io.osier.dataplane.service;

import static io.osier.dataplane.service.RuleText.comment;

import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The service table as {@code iptables -t nat -nL} and {@code ip6tables -t nat -nL} would list kube-proxy's chains. Rendered from the table that forwards the
 * packets, so that it cannot say anything else than what happens.
 *
 * <p>What kube-proxy rejects or drops it does in the filter table ({@link FilterListing}). Who asks for no table in particular
 * sees those rules here, where the service's others would stand.
 */
public final class RulesListing {
    private static final String RECENT_SIDE = " side: source mask: ";
    private static final double STATISTIC_SCALE = 0x1p31;

    private final RuleText text;
    private final ListedFamily family;
    private final String anywhere;
    private final List<ServicePortRules> ports;
    private final @Nullable IpPrefix podRange;
    private final List<IpPrefix> nodePortAddresses;
    private final boolean natOnly;

    private RulesListing(
            List<VirtualService> services,
            ListedFamily family,
            boolean verbose,
            @Nullable IpPrefix podRange,
            List<IpPrefix> nodePortAddresses,
            boolean natOnly) {
        this.nodePortAddresses = nodePortAddresses;
        this.text = new RuleText(verbose);
        this.family = family;
        this.anywhere = family.anywhere();
        this.podRange = podRange;
        this.natOnly = natOnly;
        ports = ServicePortRules.group(services, family);
    }

    /**
     * Lists the chains of those of these services that have addresses of this family.
     *
     * @param verbose with packet and byte counters and the interface columns, as {@code iptables -v}
     * @param podRange where pods come from, which outsiders do not
     * @param nodePortAddresses where alone node ports are reached; empty for everywhere but at loopback's addresses. What has
     *     come to any of them is counted at the first.
     */
    public static String of(
            List<VirtualService> services,
            ListedFamily family,
            boolean verbose,
            @Nullable IpPrefix podRange,
            List<IpPrefix> nodePortAddresses) {
        return new RulesListing(services, family, verbose, podRange, nodePortAddresses, false).list();
    }

    /** The same without what kube-proxy has in its filter table. */
    public static String ofNat(
            List<VirtualService> services,
            ListedFamily family,
            boolean verbose,
            @Nullable IpPrefix podRange,
            List<IpPrefix> nodePortAddresses) {
        return new RulesListing(services, family, verbose, podRange, nodePortAddresses, true).list();
    }

    /** The same of IPv4 where nobody comes from outside. */
    static String of(List<VirtualService> services, boolean verbose) {
        return new RulesListing(services, ListedFamily.IPV4, verbose, null, List.of(), false).list();
    }

    private String list() {
        servicesChain();
        if (ports.stream().anyMatch(ServicePortRules::hasNodePort)) {
            nodePortsChain();
        }
        ports.forEach(this::serviceChains);
        if (podRange != null) {
            masqueradeChains();
        }
        return text.toString();
    }

    private void servicesChain() {
        text.chain("KUBE-SERVICES", 2);
        for (ServicePortRules port : ports) {
            for (VirtualService address : port.addresses()) {
                serviceRule(port, address);
            }
        }
        if (ports.stream().anyMatch(ServicePortRules::hasNodePort)) {
            nodePortsRules();
        }
    }

    private void nodePortsRules() {
        RuleCounters all = RuleCounters.sum(
                0, ports.stream().map(ServicePortRules::throughNodePort).toList());
        List<String> destinations = nodePortAddresses.isEmpty()
                ? List.of("!" + family.loopback())
                : nodePortAddresses.stream().map(family::text).toList();
        long packets = all.totalPackets();
        long bytes = all.totalBytes();
        for (String destination : destinations) {
            text.rule("KUBE-NODEPORTS", "all", anywhere, destination, packets, bytes);
            text.match(
                    "/* kubernetes service nodeports; NOTE: this must be the last rule in this chain */",
                    RuleText.TO_LOCAL);
            packets = 0;
            bytes = 0;
        }
    }

    private void serviceRule(ServicePortRules port, VirtualService address) {
        String protocol = IpProtocol.name(address.protocol());
        String match = protocol + " dpt:" + address.port();
        String destination = address.address().toString();
        long packets = ServicePortRules.packets(address);
        long bytes = ServicePortRules.bytes(address);
        boolean local =
                ServicePortRules.lacksLocal(address) && !address.policy().isExternal();
        if (address.backends().isEmpty() || local) {
            if (!natOnly && local) {
                text.rule("DROP", protocol, anywhere, destination, packets, bytes);
                text.match(comment(address, " has no local endpoints"), match);
            } else if (!natOnly) {
                text.rule("REJECT", protocol, anywhere, destination, packets, bytes);
                text.match(comment(address, " has no endpoints"), match, family.rejectWith());
            }
            return;
        }
        text.rule(port.chainOf(address), protocol, anywhere, destination, packets, bytes);
        text.match(comment(address, " " + address.policy().exposure().comment()), match);
    }

    private void nodePortsChain() {
        text.chain("KUBE-NODEPORTS", 1);
        for (ServicePortRules port : ports) {
            if (port.hasNodePort()) {
                VirtualService first = port.nodePorts().get(0);
                String protocol = IpProtocol.name(first.protocol());
                RuleCounters counters = port.throughNodePort();
                boolean empty = first.backends().isEmpty();
                if (empty && natOnly) {
                    continue;
                }
                text.rule(
                        empty ? "REJECT" : ChainName.ofExternal(first),
                        protocol,
                        anywhere,
                        anywhere,
                        counters.totalPackets(),
                        counters.totalBytes());
                String match = protocol + " dpt:" + first.port();
                if (empty) {
                    text.match(comment(first, " has no endpoints"), match, family.rejectWith());
                } else {
                    text.match(comment(first, ""), match);
                }
            }
        }
    }

    private void serviceChains(ServicePortRules port) {
        VirtualService first = port.first();
        if (first.backends().isEmpty()) {
            return;
        }
        for (VirtualService address : port.addresses()) {
            if (!address.policy().sourceRanges().isEmpty()) {
                firewallChain(address);
                break;
            }
        }
        if (port.hasExternal()) {
            externalChain(port);
        }
        if (port.usesCluster()) {
            backendsChain(ChainName.ofService(first), port.clusterReferences(), first, port.byCluster());
        }
        VirtualService near = port.near();
        if (near != null) {
            backendsChain(ChainName.ofLocal(first), port.localReferences(), near, port.byLocal());
        }
        port.endpoints().forEach(backend -> endpointChain(port, backend));
    }

    private void firewallChain(VirtualService balancer) {
        text.chain(ChainName.ofFirewall(balancer), 1);
        RuleCounters sources = balancer.sources();
        for (int i = 0; i < balancer.policy().sourceRanges().size(); i++) {
            text.rule(
                    ChainName.ofExternal(balancer),
                    "all",
                    sourceOf(balancer.policy().sourceRanges().get(i)),
                    anywhere,
                    sources.packets(i),
                    sources.bytes(i));
            text.match(comment(balancer, " loadbalancer IP"));
        }
        text.rule("", "all", anywhere, anywhere, sources.refusedPackets(), sources.refusedBytes());
        text.match("/* other traffic to " + balancer.name() + " will be dropped by KUBE-PROXY-FIREWALL */");
    }

    /** {@code iptables} leaves the length of a single address out. */
    private String sourceOf(IpPrefix range) {
        return range.lengthBits() == family.addressBits() ? range.address().toString() : range.toString();
    }

    private void externalChain(ServicePortRules port) {
        VirtualService first = port.first();
        RuleCounters cluster = port.externalByCluster();
        text.chain(ChainName.ofExternal(first), port.externalReferences());
        String service = ChainName.ofService(first);
        if (!port.keepsOutsiders()) {
            text.rule("KUBE-MARK-MASQ", "all", anywhere, anywhere, cluster.totalPackets(), cluster.totalBytes());
            text.match("/* masquerade traffic for " + first.name() + " external destinations */");
            text.rule(service, "all", anywhere, anywhere, cluster.totalPackets(), cluster.totalBytes());
            text.match();
            return;
        }
        text.rule(
                service,
                "all",
                podRange == null ? anywhere : podRange.toString(),
                anywhere,
                cluster.totalPackets(),
                cluster.totalBytes());
        text.match("/* pod traffic for " + first.name() + " external destinations */");
        text.rule("KUBE-MARK-MASQ", "all", anywhere, anywhere, 0, 0);
        text.match(
                "/* masquerade LOCAL traffic for " + first.name() + " external destinations */", RuleText.FROM_LOCAL);
        text.rule(service, "all", anywhere, anywhere, 0, 0);
        text.match("/* route LOCAL traffic for " + first.name() + " external destinations */", RuleText.FROM_LOCAL);
        if (ServicePortRules.lacksLocal(port.external())) {
            return; // whoever comes to the end of the chain is dropped in the filter table
        }
        RuleCounters local = port.byLocal();
        text.rule(ChainName.ofLocal(first), "all", anywhere, anywhere, local.totalPackets(), local.totalBytes());
        text.match();
    }

    private void backendsChain(String name, int references, VirtualService service, RuleCounters counters) {
        List<Backend> backends = service.backends();
        if (backends.isEmpty()) {
            return;
        }
        text.chain(name, references);
        if (service.hasAffinity()) {
            affinityRules(service, counters);
        }
        for (int i = 0; i < backends.size(); i++) {
            String target = ChainName.ofEndpoint(service, backends.get(i));
            long byChance = counters.packets(i) - counters.againPackets(i);
            text.rule(target, "all", anywhere, anywhere, byChance, counters.bytes(i) - counters.againBytes(i));
            if (i < backends.size() - 1) {
                double probability = service.threshold(i) / STATISTIC_SCALE;
                text.match(
                        comment(service, ""),
                        String.format(Locale.ROOT, "statistic mode random probability %.11f", probability));
            } else {
                text.match(comment(service, ""));
            }
        }
    }

    /** Who has been here lately goes where he was; these rules stand before those of chance. */
    private void affinityRules(VirtualService service, RuleCounters counters) {
        for (int i = 0; i < service.backends().size(); i++) {
            String target = ChainName.ofEndpoint(service, service.backends().get(i));
            text.rule(target, "all", anywhere, anywhere, counters.againPackets(i), counters.againBytes(i));
            text.match(
                    comment(service, ""),
                    "recent: CHECK seconds: " + service.affinitySeconds() + " reap name: " + target + RECENT_SIDE
                            + family.hostMask());
        }
    }

    private void endpointChain(ServicePortRules port, Backend backend) {
        VirtualService service = port.first();
        RuleCounters counters = port.byCluster();
        int index = ServicePortRules.indexOf(service, backend);
        int local = port.indexOfLocal(backend);
        long packets = (index < 0 ? 0 : counters.packets(index))
                + (local < 0 ? 0 : port.byLocal().packets(local));
        long bytes = (index < 0 ? 0 : counters.bytes(index))
                + (local < 0 ? 0 : port.byLocal().bytes(local));
        String protocol = IpProtocol.name(service.protocol());
        int rules = service.hasAffinity() ? 2 : 1;
        text.chain(ChainName.ofEndpoint(service, backend), rules * port.chainsOf(backend));
        text.rule(
                "KUBE-MARK-MASQ",
                "all",
                backend.address().toString(),
                anywhere,
                index < 0 ? 0 : counters.hairpinPackets(index),
                index < 0 ? 0 : counters.hairpinBytes(index));
        text.match(comment(service, ""));
        text.rule("DNAT", protocol, anywhere, anywhere, packets, bytes);
        String to = protocol + " to:" + backend;
        if (service.hasAffinity()) {
            String set =
                    "recent: SET name: " + ChainName.ofEndpoint(service, backend) + RECENT_SIDE + family.hostMask();
            text.match(comment(service, ""), set, to);
        } else {
            text.match(comment(service, ""), to);
        }
    }

    /** kube-proxy's way to say that a packet is masqueraded: a mark, which a later chain looks at. */
    private void masqueradeChains() {
        long marked =
                ports.stream().mapToLong(ServicePortRules::masqueradedPackets).sum();
        long bytes =
                ports.stream().mapToLong(ServicePortRules::masqueradedBytes).sum();
        int references = ports.stream()
                .mapToInt(port -> port.endpoints().size()
                        + (port.hasExternal() && !port.first().backends().isEmpty() ? 1 : 0))
                .sum();
        text.chain("KUBE-MARK-MASQ", references);
        text.rule("MARK", "all", anywhere, anywhere, marked, bytes);
        text.match("MARK or 0x4000");
        text.chain("KUBE-POSTROUTING", 1);
        text.rule("RETURN", "all", anywhere, anywhere, 0, 0);
        text.match("mark match ! 0x4000/0x4000");
        text.rule("MARK", "all", anywhere, anywhere, marked, bytes);
        text.match("MARK xor 0x4000");
        text.rule("MASQUERADE", "all", anywhere, anywhere, marked, bytes);
        text.match("/* kubernetes service traffic requiring SNAT */", "random-fully");
    }
}
