package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpProtocol;
import java.util.List;
import java.util.Locale;

/**
 * The service table as {@code iptables -t nat -nL} would list kube-proxy's chains. Rendered from the table that forwards the
 * packets, so that it cannot say anything else than what happens.
 */
public final class RulesListing {
    private static final String ANYWHERE = "0.0.0.0/0";
    private static final String RECENT_SIDE = " side: source mask: 255.255.255.255";
    private static final double STATISTIC_SCALE = 0x1p31;

    private final boolean verbose;
    private final StringBuilder text = new StringBuilder();

    private RulesListing(boolean verbose) {
        this.verbose = verbose;
    }

    /**
     * Lists the chains of these services.
     *
     * @param verbose with packet and byte counters and the interface columns, as {@code iptables -v}
     */
    public static String of(List<VirtualService> services, boolean verbose) {
        RulesListing listing = new RulesListing(verbose);
        listing.servicesChain(services);
        services.forEach(listing::serviceChains);
        return listing.text.toString();
    }

    private void servicesChain(List<VirtualService> services) {
        chain("KUBE-SERVICES", 2);
        for (VirtualService service : services) {
            String protocol = IpProtocol.name(service.protocol());
            String port = protocol + " dpt:" + service.port();
            RuleCounters counters = service.counters();
            String address = service.address().toString();
            if (service.backends().isEmpty()) {
                rule("REJECT", protocol, ANYWHERE, address, counters.totalPackets(), counters.totalBytes());
                match(comment(service, " has no endpoints"), port, "reject-with icmp-port-unreachable");
            } else {
                String chain = ChainName.ofService(service);
                rule(chain, protocol, ANYWHERE, address, counters.totalPackets(), counters.totalBytes());
                match(comment(service, " cluster IP"), port);
            }
        }
    }

    private void serviceChains(VirtualService service) {
        List<Backend> backends = service.backends();
        if (backends.isEmpty()) {
            return;
        }
        RuleCounters counters = service.counters();
        text.append('\n');
        chain(ChainName.ofService(service), 1);
        if (service.hasAffinity()) {
            affinityRules(service);
        }
        for (int i = 0; i < backends.size(); i++) {
            String target = ChainName.ofEndpoint(service, backends.get(i));
            long byChance = counters.packets(i) - counters.againPackets(i);
            rule(target, "all", ANYWHERE, ANYWHERE, byChance, counters.bytes(i) - counters.againBytes(i));
            if (i < backends.size() - 1) {
                double probability = service.threshold(i) / STATISTIC_SCALE;
                match(
                        comment(service, ""),
                        String.format(Locale.ROOT, "statistic mode random probability %.11f", probability));
            } else {
                match(comment(service, ""));
            }
        }
        for (int i = 0; i < backends.size(); i++) {
            endpointChain(service, backends.get(i), i);
        }
    }

    /** Who has been here lately goes where he was; these rules stand before those of chance. */
    private void affinityRules(VirtualService service) {
        RuleCounters counters = service.counters();
        for (int i = 0; i < service.backends().size(); i++) {
            String target = ChainName.ofEndpoint(service, service.backends().get(i));
            rule(target, "all", ANYWHERE, ANYWHERE, counters.againPackets(i), counters.againBytes(i));
            match(
                    comment(service, ""),
                    "recent: CHECK seconds: " + service.affinitySeconds() + " reap name: " + target + RECENT_SIDE);
        }
    }

    private void endpointChain(VirtualService service, Backend backend, int index) {
        RuleCounters counters = service.counters();
        String protocol = IpProtocol.name(service.protocol());
        text.append('\n');
        chain(ChainName.ofEndpoint(service, backend), service.hasAffinity() ? 2 : 1);
        rule(
                "KUBE-MARK-MASQ",
                "all",
                backend.address().toString(),
                ANYWHERE,
                counters.hairpinPackets(index),
                counters.hairpinBytes(index));
        match(comment(service, ""));
        rule("DNAT", protocol, ANYWHERE, ANYWHERE, counters.packets(index), counters.bytes(index));
        String to = protocol + " to:" + backend;
        if (service.hasAffinity()) {
            match(
                    comment(service, ""),
                    "recent: SET name: " + ChainName.ofEndpoint(service, backend) + RECENT_SIDE,
                    to);
        } else {
            match(comment(service, ""), to);
        }
    }

    private void chain(String name, int references) {
        text.append("Chain ").append(name).append(" (").append(references).append(" references)\n");
        text.append(
                verbose
                        ? " pkts bytes target     prot opt in     out     source               destination         \n"
                        : "target     prot opt source               destination         \n");
    }

    private void rule(String target, String protocol, String source, String destination, long packets, long bytes) {
        if (verbose) {
            text.append(count(packets)).append(count(bytes));
        }
        text.append(String.format(Locale.ROOT, "%-9s %c%-5s%s ", target, ' ', protocol, "--"));
        if (verbose) {
            text.append(String.format(Locale.ROOT, "%c%-6s %-6s ", ' ', "*", "*"));
        }
        text.append(String.format(Locale.ROOT, "%c%-19s %c%-19s ", ' ', source, ' ', destination));
    }

    /** Each match comes with a space of its own before it; the comment, as the first, shows it. */
    private void match(String... matches) {
        text.append(' ').append(String.join(" ", matches)).append('\n');
    }

    private static String comment(VirtualService service, String what) {
        return "/* " + service.name() + what + " */";
    }

    /** Five columns, in thousands or more where it would not fit (as {@code iptables} without {@code -x}). */
    private static String count(long value) {
        long shown = value;
        int unit = 0;
        while (shown > (unit == 0 ? 99_999 : 9_999) && unit < 4) {
            shown = (shown + 500) / 1000;
            unit++;
        }
        return unit == 0
                ? String.format(Locale.ROOT, "%5d ", shown)
                : String.format(Locale.ROOT, "%4d%c ", shown, "KMGT".charAt(unit - 1));
    }
}
