package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Nodes as kube-proxy finds them: the kernel routes between pods, and nothing but kube-proxy's rules serves services. Pods are
 * attached as CNI's {@code ptp} plugin does it, a route to each, so that every packet between them passes the node's chains; nodes
 * reach each other's pods by routes, and who leaves the pods' network is masqueraded, as with flannel's {@code host-gw}.
 */
final class KubeProxyNodes implements ServiceRig, BeforeAllCallback, AfterAllCallback {
    private static final String PREFIX = "osier-kp-";
    private static final String UNDERLAY = PREFIX + "underlay";

    private final List<String> made = new ArrayList<>();

    @Override
    public String namespace(Station station) {
        return PREFIX + station.label;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        makeNamespace(UNDERLAY);
        Arrays.stream(Station.values()).forEach(station -> makeNamespace(namespace(station)));
        batch(UNDERLAY, """
                link set lo up
                link add underlay0 type bridge
                link set underlay0 up
                addr add %s/24 dev underlay0
                """.formatted(Family.WORLD));
        addWorld(UNDERLAY);
        for (Station node : Station.NODES) {
            attach(UNDERLAY, namespace(node), node, Family.WORLD);
            addIpv6(namespace(node), node, Family.IPV6.world());
        }
        Station.OUTSIDERS.forEach(outsider -> attachOutsider(UNDERLAY, namespace(outsider), outsider));
        route(Station.NODE_A, Station.NODE_B);
        route(Station.NODE_B, Station.NODE_A);
        Station.PODS.forEach(this::attachPod);
        settleIcmp(List.of(namespace(Station.NODE_A), namespace(Station.NODE_B)));
    }

    /**
     * The kernel sends so many errors a second and no more, and then a refusal would look like a drop; and it tells those whose packets
     * it passes on of shorter ways, so that one question would change what becomes of the next.
     */
    static void settleIcmp(List<String> namespaces) {
        for (String namespace : namespaces) {
            in(
                            namespace,
                            "sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.conf.all.send_redirects=0"
                                    + " net.ipv4.conf.eth0.send_redirects=0 net.ipv6.icmp.ratelimit=0")
                    .succeeded();
            in(namespace, "sysctl -qew net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=10000");
        }
    }

    private void makeNamespace(String name) {
        bash("ip netns add " + name).succeeded();
        made.add(name);
    }

    /**
     * Joins somebody beyond the nodes to their underlay. Whom one node only passes on to the other would be answered past the first,
     * whose rules drop what it then finds out of order: so the outsider knows which pods are whose.
     */
    static void attachOutsider(String underlay, String namespace, Station outsider) {
        attach(underlay, namespace, outsider, outsider.node().address);
        addIpv6(namespace, outsider, Family.IPV6.of(outsider.node()));
        for (Station node : Station.NODES) {
            routeToPods(namespace, node);
        }
    }

    private static void attach(String underlay, String namespace, Station station, String gateway) {
        batch(underlay, """
                link add %1$s type veth peer name eth0 netns %2$s
                link set %1$s master underlay0 up
                """.formatted(station.label, namespace));
        batch(namespace, """
                link set lo up
                addr add %s/24 dev eth0
                link set eth0 up
                route add default via %s
                """.formatted(station.address, gateway));
    }

    /** Without a way on IPv6 would tell the sender; with one, a kernel that does not forward is silent, as with IPv4. */
    static void addWorld(String underlay) {
        batch(underlay, """
                addr add %1$s/64 dev underlay0 nodad
                route add default via %1$sd
                """.formatted(Family.IPV6.world()));
    }

    /** Beside its IPv4 address. */
    static void addIpv6(String namespace, Station station, String gateway) {
        batch(namespace, """
                addr add %s/64 dev eth0 nodad
                route add default via %s
                """.formatted(Family.IPV6.of(station), gateway));
    }

    private static void routeToPods(String namespace, Station node) {
        for (Family family : Family.values()) {
            batch(namespace, "route add " + family.podSubnet(node) + " via " + family.of(node) + "\n");
        }
    }

    private void route(Station node, Station other) {
        in(namespace(node), "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
                .succeeded();
        routeToPods(namespace(node), other);
    }

    private void attachPod(Station pod) {
        Station node = pod.node();
        batch(namespace(node), """
                link add %1$s type veth peer name eth0 netns %2$s
                link set %1$s up
                """.formatted(pod.label, namespace(pod)) + ofFamilies("""
                        addr add %3$s/%4$d dev %1$s %5$s
                        route add %2$s dev %1$s src %3$s
                        """, pod, pod.label));
        batch(namespace(pod), "link set lo up\nlink set eth0 up\n" + ofFamilies("""
                        addr add %2$s/%4$d dev %1$s %5$s
                        route add %3$s dev %1$s
                        route add default via %3$s
                        """, pod, "eth0"));
    }

    private static String ofFamilies(String lines, Station pod, String device) {
        StringBuilder text = new StringBuilder();
        for (Family family : Family.values()) {
            text.append(lines.formatted(
                    device,
                    family.of(pod),
                    family.gateway(pod.node()),
                    family.hostBits,
                    family == Family.IPV6 ? "nodad" : ""));
        }
        return text.toString();
    }

    static void batch(String namespace, String lines) {
        bash("ip -n " + namespace + " -batch - <<END\n" + lines + "END").succeeded();
    }

    @Override
    public void load(List<DrawnService> services) {
        for (Station node : Station.NODES) {
            for (Family family : Family.values()) {
                KubeProxyRules rules = KubeProxyRules.whole(family.podRange);
                services.stream()
                        .flatMap(service -> service.rules(node, family).stream())
                        .forEach(rules::add);
                restore(namespace(node), family, rules.text());
                in(
                                namespace(node),
                                "%1$s -t nat -A POSTROUTING -s %2$s ! -d %2$s -j MASQUERADE --random-fully"
                                        .formatted(family.iptables, family.podRange))
                        .succeeded();
            }
        }
    }

    private static void restore(String namespace, Family family, String rules) {
        try {
            Path file = Files.createTempFile("osier-test", ".rules");
            try {
                Files.writeString(file, rules);
                in(namespace, family.iptables + "-restore " + file).succeeded();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        made.forEach(name -> bash("ip netns del " + name));
    }
}
