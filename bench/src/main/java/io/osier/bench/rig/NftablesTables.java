package io.osier.bench.rig;

import io.osier.bench.rig.ServicePlan.ServiceEntry;
import io.osier.bench.traffic.Ports;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The table of kube-proxy in nftables mode: one map from address, protocol and port to the chain of a service. */
final class NftablesTables implements ServiceTables {
    private static final String FRESH = """
            add table ip kube-proxy
            delete table ip kube-proxy
            """;
    private static final String FRAME = """
            add table ip kube-proxy
            add map ip kube-proxy service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
            add chain ip kube-proxy nat-prerouting { type nat hook prerouting priority -100; }
            add chain ip kube-proxy nat-output { type nat hook output priority -100; }
            add chain ip kube-proxy nat-postrouting { type nat hook postrouting priority 100; }
            add chain ip kube-proxy services
            add chain ip kube-proxy masquerading
            add chain ip kube-proxy mark-for-masquerade
            add rule ip kube-proxy nat-prerouting jump services
            add rule ip kube-proxy nat-output jump services
            add rule ip kube-proxy nat-postrouting jump masquerading
            add rule ip kube-proxy masquerading mark and 0x4000 == 0 return
            add rule ip kube-proxy masquerading mark set mark xor 0x4000
            add rule ip kube-proxy masquerading masquerade fully-random
            add rule ip kube-proxy mark-for-masquerade mark set mark or 0x4000
            add rule ip kube-proxy services ip daddr . meta l4proto . th dport vmap @service-ips
            """;

    private final String podRange;

    NftablesTables(String podRange) {
        this.podRange = podRange;
    }

    @Override
    public List<String> loader() {
        return List.of("nft", "-f", "-");
    }

    @Override
    public List<String> changer() {
        return loader();
    }

    @Override
    public String empty() {
        return FRESH;
    }

    @Override
    public String whole(ServicePlan plan, String far, String farther) {
        StringBuilder text = new StringBuilder(FRESH).append(FRAME);
        plan.entries().forEach(service -> add(text, service, List.of(far, farther)));
        add(text, ServicePlan.SWITCHED, List.of(far));
        return text.toString();
    }

    private void add(StringBuilder text, ServiceEntry service, List<String> endpoints) {
        chains(text, service, endpoints);
        text.append("add element ip kube-proxy service-ips { %s . tcp . %d : goto service-%s }\n"
                .formatted(service.address(), service.port(), service.name()));
    }

    @Override
    public String change(ServicePlan plan, String endpoint) {
        StringBuilder text = new StringBuilder();
        chains(text, ServicePlan.SWITCHED, List.of(endpoint));
        return text.toString();
    }

    private void chains(StringBuilder text, ServiceEntry service, List<String> endpoints) {
        String chain = "service-" + service.name();
        text.append("""
                add chain ip kube-proxy %1$s
                flush chain ip kube-proxy %1$s
                add rule ip kube-proxy %1$s ip daddr %2$s tcp dport %3$d ip saddr != %4$s jump mark-for-masquerade
                """.formatted(chain, service.address(), service.port(), podRange));
        for (String address : endpoints) {
            text.append("""
                    add chain ip kube-proxy %1$s
                    flush chain ip kube-proxy %1$s
                    add rule ip kube-proxy %1$s ip saddr %2$s jump mark-for-masquerade
                    add rule ip kube-proxy %1$s meta l4proto tcp dnat to %2$s:%3$d
                    """.formatted(endpoint(service, address), address, Ports.TCP));
        }
        String choices = IntStream.range(0, endpoints.size())
                .mapToObj(i -> i + " : goto " + endpoint(service, endpoints.get(i)))
                .collect(Collectors.joining(", "));
        text.append("add rule ip kube-proxy %s numgen random mod %d vmap { %s }\n"
                .formatted(chain, endpoints.size(), choices));
    }

    private static String endpoint(ServiceEntry service, String address) {
        return "endpoint-" + service.name() + "-" + address;
    }
}
