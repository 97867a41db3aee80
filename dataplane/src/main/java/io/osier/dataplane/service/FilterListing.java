package io.osier.dataplane.service;

import static io.osier.dataplane.service.RuleText.comment;

import io.osier.dataplane.packet.IpProtocol;
import java.util.List;
import java.util.Map;

/**
 * What of the service table kube-proxy would have in its filter table, as {@code iptables -t filter -nL} would list it: what is
 * rejected or dropped, and what of its own it lets through a firewall. Chains in the order of their names, as there.
 */
public final class FilterListing {
    private final RuleText text;
    private final ListedFamily family;
    private final String anywhere;
    private final List<ServicePortRules> ports;
    private final Established established;
    private final Map<String, Integer> healthChecks;

    /**
     * Packets of services' flows behind each flow's first.
     *
     * @param bytes of IP
     */
    public record Established(long packets, long bytes) {}

    private FilterListing(
            List<VirtualService> services,
            ListedFamily family,
            boolean verbose,
            Established established,
            Map<String, Integer> healthChecks) {
        this.text = new RuleText(verbose);
        this.family = family;
        this.anywhere = family.anywhere();
        this.ports = ServicePortRules.group(services, family);
        this.established = established;
        this.healthChecks = healthChecks;
    }

    /**
     * Lists the chains of those of these services that have addresses of this family.
     *
     * @param verbose with packet and byte counters and the interface columns, as {@code iptables -v}
     * @param healthChecks ports at which the node says whether it has endpoints, by the name of the service's port
     */
    public static String of(
            List<VirtualService> services,
            ListedFamily family,
            boolean verbose,
            Established established,
            Map<String, Integer> healthChecks) {
        return new FilterListing(services, family, verbose, established, healthChecks).list();
    }

    private String list() {
        text.chain("KUBE-EXTERNAL-SERVICES", 2);
        ports.forEach(this::externalRules);
        forwardChain();
        text.chain("KUBE-NODEPORTS", 1);
        healthChecks.forEach((name, port) -> {
            text.rule("ACCEPT", "tcp", anywhere, anywhere, 0, 0); // the node's own, which the dataplane never sees
            text.match("/* " + name + " health check node port */", "tcp dpt:" + port);
        });
        text.chain("KUBE-PROXY-FIREWALL", 3);
        ports.forEach(this::firewallRules);
        text.chain("KUBE-SERVICES", 2);
        for (ServicePortRules port : ports) {
            for (VirtualService address : port.addresses()) {
                if (!address.policy().isExternal()) {
                    unanswered(List.of(address), address.address().toString());
                }
            }
        }
        return text.toString();
    }

    private void externalRules(ServicePortRules port) {
        for (VirtualService address : port.addresses()) {
            if (address.policy().isExternal()) {
                unanswered(List.of(address), address.address().toString());
            }
        }
        if (port.hasNodePort()) {
            unanswered(port.nodePorts(), anywhere);
        }
    }

    /** What becomes of packets to addresses without endpoints, if they are: kept to the node they are dropped, else rejected. */
    private void unanswered(List<VirtualService> addresses, String destination) {
        VirtualService kept = addresses.stream()
                .filter(ServicePortRules::lacksLocal)
                .findFirst()
                .orElse(null);
        VirtualService first = addresses.get(0);
        if (kept == null && !first.backends().isEmpty()) {
            return;
        }
        RuleCounters counters = ServicePortRules.unanswered(addresses);
        String protocol = IpProtocol.name(first.protocol());
        text.rule(
                kept == null ? "REJECT" : "DROP",
                protocol,
                anywhere,
                destination,
                counters.totalPackets(),
                counters.totalBytes());
        String local = first.policy().exposure().isNodePort() ? RuleText.TO_LOCAL + " " : "";
        String match = local + protocol + " dpt:" + first.port();
        if (kept == null) {
            text.match(comment(first, " has no endpoints"), match, family.rejectWith());
        } else {
            text.match(comment(first, " has no local endpoints"), match);
        }
    }

    private void firewallRules(ServicePortRules port) {
        for (VirtualService address : port.addresses()) {
            if (address.policy().sourceRanges().isEmpty() || address.backends().isEmpty()) {
                continue;
            }
            String protocol = IpProtocol.name(address.protocol());
            RuleCounters sources = address.sources();
            text.rule(
                    "DROP",
                    protocol,
                    anywhere,
                    address.address().toString(),
                    sources.refusedPackets(),
                    sources.refusedBytes());
            text.match(
                    comment(address, " traffic not accepted by " + ChainName.ofFirewall(address)),
                    protocol + " dpt:" + address.port());
        }
    }

    /** No rule drops what is out of the window: that is translated like the rest of its flow. */
    private void forwardChain() {
        text.chain("KUBE-FORWARD", 1);
        long marked =
                ports.stream().mapToLong(ServicePortRules::masqueradedPackets).sum();
        long bytes =
                ports.stream().mapToLong(ServicePortRules::masqueradedBytes).sum();
        text.rule("ACCEPT", "all", anywhere, anywhere, marked, bytes);
        text.match("/* kubernetes forwarding rules */", "mark match 0x4000/0x4000");
        text.rule("ACCEPT", "all", anywhere, anywhere, established.packets(), established.bytes());
        text.match("/* kubernetes forwarding conntrack rule */", "ctstate RELATED,ESTABLISHED");
    }
}
