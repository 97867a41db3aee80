package io.osier.bench.rig;

import io.osier.bench.rig.ServicePlan.ServiceEntry;
import io.osier.bench.traffic.Ports;
import java.util.List;
import java.util.Locale;

/**
 * The chains of kube-proxy in iptables mode. A change writes {@code KUBE-SERVICES} anew and of the other chains only those of the
 * service that changed, as kube-proxy does since 1.27.
 */
final class IptablesTables implements ServiceTables {
    private static final String HEAD = """
            :KUBE-MARK-MASQ - [0:0]
            :KUBE-POSTROUTING - [0:0]
            :KUBE-SERVICES - [0:0]
            """;
    private static final String HOOKS = """
            -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
            """;
    private static final String MASQUERADE = """
            -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
            -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
            -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
            -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
            """;

    private final String podRange;

    IptablesTables(String podRange) {
        this.podRange = podRange;
    }

    @Override
    public List<String> loader() {
        return List.of("iptables-restore", "-w", "5", "--counters");
    }

    @Override
    public List<String> changer() {
        return List.of("iptables-restore", "-w", "5", "--noflush", "--counters");
    }

    @Override
    public String empty() {
        return "*nat\nCOMMIT\n";
    }

    @Override
    public String whole(ServicePlan plan, String far, String farther) {
        StringBuilder chains = new StringBuilder(HEAD);
        StringBuilder rules = new StringBuilder(HOOKS).append(MASQUERADE);
        for (ServiceEntry service : plan.entries()) {
            services(rules, service);
            service(chains, rules, service, List.of(far, farther));
        }
        services(rules, ServicePlan.SWITCHED);
        service(chains, rules, ServicePlan.SWITCHED, List.of(far));
        return "*nat\n" + chains + rules + "COMMIT\n";
    }

    @Override
    public String change(ServicePlan plan, String endpoint) {
        StringBuilder chains = new StringBuilder(HEAD);
        StringBuilder rules = new StringBuilder(MASQUERADE);
        plan.entries().forEach(service -> services(rules, service));
        services(rules, ServicePlan.SWITCHED);
        service(chains, rules, ServicePlan.SWITCHED, List.of(endpoint));
        return "*nat\n" + chains + rules + "COMMIT\n";
    }

    private static void services(StringBuilder rules, ServiceEntry service) {
        rules.append("-A KUBE-SERVICES ")
                .append(match(service))
                .append(" -j ")
                .append(chain(service))
                .append('\n');
    }

    private void service(StringBuilder chains, StringBuilder rules, ServiceEntry service, List<String> endpoints) {
        String chain = chain(service);
        chains.append(':').append(chain).append(" - [0:0]\n");
        rules.append("-A %s %s ! -s %s -j KUBE-MARK-MASQ\n".formatted(chain, match(service), podRange));
        for (int i = 0; i < endpoints.size(); i++) {
            String address = endpoints.get(i);
            int port = Ports.TCP;
            String endpoint =
                    chain("KUBE-SEP-", service.name() + "-" + address.substring(address.lastIndexOf('.') + 1));
            int left = endpoints.size() - i;
            String chance = left == 1 ? "" : "-m statistic --mode random --probability %.10f ".formatted(1.0 / left);
            chains.append(':').append(endpoint).append(" - [0:0]\n");
            rules.append("""
                    -A %1$s -m comment --comment "default/%2$s -> %3$s:%4$d" %5$s-j %6$s
                    -A %6$s -m comment --comment default/%2$s -s %3$s/32 -j KUBE-MARK-MASQ
                    -A %6$s -m comment --comment default/%2$s -m tcp -p tcp -j DNAT --to-destination %3$s:%4$d
                    """.formatted(chain, service.name(), address, port, chance, endpoint));
        }
    }

    private static String match(ServiceEntry service) {
        return "-m comment --comment \"default/%s cluster IP\" -m tcp -p tcp -d %s/32 --dport %d"
                .formatted(service.name(), service.address(), service.port());
    }

    private static String chain(ServiceEntry service) {
        return chain("KUBE-SVC-", service.name());
    }

    /** As long as kube-proxy's, which are hashes. */
    private static String chain(String kind, String name) {
        return kind + "%16s".formatted(name).replace(' ', '0').toUpperCase(Locale.ROOT);
    }
}
