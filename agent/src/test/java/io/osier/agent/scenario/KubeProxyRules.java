package io.osier.agent.scenario;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What kube-proxy's iptables proxier would hand to {@code iptables-restore} for some services on one node (kubernetes
 * 1.33, pkg/proxy/iptables/proxier.go; with {@code --cluster-cidr}, and {@code --iptables-localhost-nodeports=false}), in one
 * family of IP, or to {@code ip6tables-restore}. Written down apart from the product, so that the two can be compared.
 */
final class KubeProxyRules {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final String podRange;
    private final boolean whole;
    private final List<String> nat = new ArrayList<>();
    private final List<String> nodePorts = new ArrayList<>();
    private final List<String> filter = new ArrayList<>();
    private final Set<String> chains = new LinkedHashSet<>();

    private KubeProxyRules(String podRange, boolean whole) {
        this.podRange = podRange;
        this.whole = whole;
    }

    /** All of them, for a kernel that is to forward packets as kube-proxy's nodes do. */
    static KubeProxyRules whole(String podRange) {
        return new KubeProxyRules(podRange, true);
    }

    /** Without those that {@code osier rules} leaves out on purpose. */
    static KubeProxyRules listed(String podRange) {
        return new KubeProxyRules(podRange, false);
    }

    /**
     * One port of a service.
     *
     * @param name {@code NAMESPACE/NAME:PORTNAME}, or without the last if it has none
     * @param protocol in lower case
     * @param endpoints those that anybody may be given
     * @param external external IPs
     * @param balancer a load balancer's address, or empty
     * @param nodePort 0 for none
     * @param local those that clients may be given who are kept to the node
     * @param keptOutside whether its external traffic policy is Local
     * @param affinitySeconds 0 for none
     */
    record Service(
            String name,
            String protocol,
            String clusterIp,
            int port,
            List<String> external,
            String balancer,
            List<String> ranges,
            int nodePort,
            int healthPort,
            List<String> endpoints,
            List<String> local,
            boolean keptOutside,
            boolean keptInside,
            int affinitySeconds) {}

    KubeProxyRules add(Service service) {
        String name = service.name();
        String protocol = service.protocol();
        String hash = hash(name + service.protocol());
        boolean any = !service.endpoints().isEmpty();
        boolean inside = any && !(service.keptInside() && service.local().isEmpty());
        boolean outside = any && !(service.keptOutside() && service.local().isEmpty());
        boolean isExternal = service.nodePort() != 0
                || !service.external().isEmpty()
                || !service.balancer().isEmpty();
        String lacking = any ? " has no local endpoints" : " has no endpoints";
        String target = any ? "DROP" : "REJECT";
        boolean ranged =
                any && !service.balancer().isEmpty() && !service.ranges().isEmpty();
        String to = service.keptInside() ? "KUBE-SVL-" + hash : "KUBE-SVC-" + hash;
        if (inside) {
            nat.add(at("KUBE-SERVICES", name + " cluster IP", protocol, service.clusterIp(), service.port(), to));
        } else {
            filter.add(at("KUBE-SERVICES", name + lacking, protocol, service.clusterIp(), service.port(), target));
        }
        for (String address : service.external()) {
            if (any) {
                nat.add(at(
                        "KUBE-SERVICES", name + " external IP", protocol, address, service.port(), "KUBE-EXT-" + hash));
            }
            if (!outside) {
                filter.add(at("KUBE-EXTERNAL-SERVICES", name + lacking, protocol, address, service.port(), target));
            }
        }
        if (!service.balancer().isEmpty()) {
            String chain = (ranged ? "KUBE-FW-" : "KUBE-EXT-") + hash;
            if (any) {
                nat.add(at(
                        "KUBE-SERVICES",
                        name + " loadbalancer IP",
                        protocol,
                        service.balancer(),
                        service.port(),
                        chain));
            }
            if (ranged) {
                String what = name + " traffic not accepted by " + chain;
                filter.add(at("KUBE-PROXY-FIREWALL", what, protocol, service.balancer(), service.port(), "DROP"));
            }
            if (!outside) {
                filter.add(at(
                        "KUBE-EXTERNAL-SERVICES",
                        name + lacking,
                        protocol,
                        service.balancer(),
                        service.port(),
                        target));
            }
        }
        if (service.nodePort() != 0) {
            if (any) {
                nodePorts.add(at("KUBE-NODEPORTS", name, protocol, "", service.nodePort(), "KUBE-EXT-" + hash));
            }
            if (!outside) {
                filter.add("-A KUBE-EXTERNAL-SERVICES" + comment(name + lacking)
                        + " -m addrtype --dst-type LOCAL" + matching(service.protocol()) + " --dport "
                        + service.nodePort() + " -j "
                        + target);
            }
        }
        if (service.healthPort() != 0) {
            filter.add(
                    at("KUBE-NODEPORTS", name + " health check node port", "tcp", "", service.healthPort(), "ACCEPT"));
        }
        if (whole && inside) {
            nat.add("-A " + to + comment(name + " cluster IP") + matching(protocol) + " -d " + service.clusterIp()
                    + " --dport " + service.port() + " ! -s " + podRange + " -j KUBE-MARK-MASQ");
        }
        if (any && isExternal) {
            external(service, "KUBE-EXT-" + hash, hash, outside);
        }
        if (ranged) {
            String chain = chain("KUBE-FW-" + hash);
            for (String range : service.ranges()) {
                nat.add("-A " + chain + comment(name + " loadbalancer IP") + " -s " + range + " -j KUBE-EXT-" + hash);
            }
            nat.add("-A " + chain + comment("other traffic to " + name + " will be dropped by KUBE-PROXY-FIREWALL"));
        }
        Set<String> reached = new LinkedHashSet<>();
        if (!service.keptInside() || isExternal) {
            endpoints(service, "KUBE-SVC-" + hash, service.endpoints(), reached);
        }
        if (service.keptInside() || (service.keptOutside() && isExternal)) {
            endpoints(service, "KUBE-SVL-" + hash, service.local(), reached);
        }
        for (String endpoint : reached) {
            String chain = chain("KUBE-SEP-" + hash(name + service.protocol() + endpoint));
            String set = service.affinitySeconds() == 0 ? "" : " -m recent --name " + chain + " --set";
            nat.add("-A " + chain + comment(name) + " -s " + addressOf(endpoint) + " -j KUBE-MARK-MASQ");
            nat.add("-A " + chain + comment(name) + set + matching(service.protocol()) + " -j DNAT --to-destination "
                    + endpoint);
        }
        return this;
    }

    private void external(Service service, String chain, String hash, boolean outside) {
        chain(chain);
        String destinations = service.name() + " external destinations";
        if (!service.keptOutside()) {
            nat.add("-A " + chain + comment("masquerade traffic for " + destinations) + " -j KUBE-MARK-MASQ");
        } else {
            nat.add("-A " + chain + comment("pod traffic for " + destinations) + " -s " + podRange + " -j KUBE-SVC-"
                    + hash);
            nat.add("-A " + chain + comment("masquerade LOCAL traffic for " + destinations)
                    + " -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ");
            nat.add("-A " + chain + comment("route LOCAL traffic for " + destinations)
                    + " -m addrtype --src-type LOCAL -j KUBE-SVC-" + hash);
        }
        if (outside) {
            nat.add("-A " + chain + " -j " + (service.keptOutside() ? "KUBE-SVL-" : "KUBE-SVC-") + hash);
        }
    }

    private void endpoints(Service service, String chain, List<String> endpoints, Set<String> reached) {
        if (endpoints.isEmpty()) {
            return;
        }
        chain(chain);
        reached.addAll(endpoints);
        for (String endpoint : endpoints) {
            String to = "KUBE-SEP-" + hash(service.name() + service.protocol() + endpoint);
            if (service.affinitySeconds() > 0) {
                nat.add("-A " + chain + comment(service.name()) + " -m recent --name " + to + " --rcheck --seconds "
                        + service.affinitySeconds() + " --reap -j " + to);
            }
        }
        for (int i = 0; i < endpoints.size(); i++) {
            int left = endpoints.size() - i;
            String chance = left == 1
                    ? ""
                    : String.format(Locale.ROOT, " -m statistic --mode random --probability %.10f", 1.0 / left);
            nat.add("-A " + chain + comment(service.name()) + chance + " -j KUBE-SEP-"
                    + hash(service.name() + service.protocol() + endpoints.get(i)));
        }
    }

    /** Without the port, and without the brackets that IPv6 has before one. */
    private static String addressOf(String endpoint) {
        return endpoint.substring(0, endpoint.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
    }

    private String chain(String name) {
        chains.add(name);
        return name;
    }

    private static String at(
            String chain, String comment, String protocol, String destination, int port, String target) {
        return "-A " + chain + comment(comment) + matching(protocol)
                + (destination.isEmpty() ? "" : " -d " + destination) + " --dport " + port + " -j " + target;
    }

    private static String matching(String protocol) {
        return " -m " + protocol + " -p " + protocol;
    }

    private static String comment(String text) {
        return " -m comment --comment \"" + text + "\"";
    }

    /** The whole input. */
    String text() {
        StringBuilder text = new StringBuilder("*filter\n");
        for (String chain : List.of("SERVICES", "EXTERNAL-SERVICES", "FORWARD", "NODEPORTS", "PROXY-FIREWALL")) {
            text.append(":KUBE-").append(chain).append(" - [0:0]\n");
        }
        String opening = " -m conntrack --ctstate NEW";
        jump(text, "KUBE-EXTERNAL-SERVICES", opening, "INPUT", "FORWARD");
        jump(text, "KUBE-NODEPORTS", "", "INPUT");
        jump(text, "KUBE-SERVICES", opening, "FORWARD", "OUTPUT");
        jump(text, "KUBE-FORWARD", "", "FORWARD");
        jump(text, "KUBE-PROXY-FIREWALL", opening, "INPUT", "OUTPUT", "FORWARD");
        filter.forEach(rule -> text.append(rule).append('\n'));
        if (whole) {
            text.append("-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n");
        }
        text.append("""
                -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
                -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                COMMIT
                *nat
                :KUBE-SERVICES - [0:0]
                :KUBE-NODEPORTS - [0:0]
                :KUBE-POSTROUTING - [0:0]
                :KUBE-MARK-MASQ - [0:0]
                """);
        chains.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
        jump(text, "KUBE-SERVICES", "", "PREROUTING", "OUTPUT");
        jump(text, "KUBE-POSTROUTING", "", "POSTROUTING");
        nat.forEach(rule -> text.append(rule).append('\n'));
        nodePorts.forEach(rule -> text.append(rule).append('\n'));
        return text.append("""
                -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL ! -d %s -j KUBE-NODEPORTS
                -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
                -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
                -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
                -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
                COMMIT
                """.formatted(podRange.contains(":") ? "::1/128" : "127.0.0.0/8"))
                .toString();
    }

    private static void jump(StringBuilder text, String to, String match, String... from) {
        for (String chain : from) {
            text.append("-A ")
                    .append(chain)
                    .append(match)
                    .append(" -j ")
                    .append(to)
                    .append('\n');
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            StringBuilder hash = new StringBuilder();
            for (int bit = 0; hash.length() < 16; bit += 5) {
                int five = 0;
                for (int i = bit; i < bit + 5; i++) {
                    five = five << 1 | (digest[i / 8] >> (7 - i % 8) & 1);
                }
                hash.append(BASE32.charAt(five));
            }
            return hash.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
