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
    private static final String POD_RANGE = "10.32.0.0/12";

    /** Nobody is there who would answer or forward, as on the way to an address that is none of the cluster's. */
    private static final String WORLD = "172.30.0.254";

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
                """.formatted(WORLD));
        attach(Station.NODE_A, WORLD);
        attach(Station.NODE_B, WORLD);
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
                                    + " net.ipv4.conf.eth0.send_redirects=0")
                    .succeeded();
            in(namespace, "sysctl -qew net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=10000");
        }
    }

    private void makeNamespace(String name) {
        bash("ip netns add " + name).succeeded();
        made.add(name);
    }

    private void attach(Station station, String gateway) {
        attach(UNDERLAY, namespace(station), station, gateway);
    }

    /**
     * Joins somebody beyond the nodes to their underlay. Whom one node only passes on to the other would be answered past the first,
     * whose rules drop what it then finds out of order: so the outsider knows which pods are whose.
     */
    static void attachOutsider(String underlay, String namespace, Station outsider) {
        attach(underlay, namespace, outsider, outsider.node().address);
        for (Station node : List.of(Station.NODE_A, Station.NODE_B)) {
            batch(namespace, "route add " + node.podSubnet() + " via " + node.address + "\n");
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

    private void route(Station node, Station other) {
        in(namespace(node), "sysctl -qw net.ipv4.ip_forward=1").succeeded();
        batch(namespace(node), "route add " + other.podSubnet() + " via " + other.address + "\n");
    }

    private void attachPod(Station pod) {
        Station node = pod.node();
        batch(namespace(node), """
                link add %1$s type veth peer name eth0 netns %2$s
                addr add %3$s/32 dev %1$s
                link set %1$s up
                route add %4$s dev %1$s src %3$s
                """.formatted(pod.label, namespace(pod), node.gateway(), pod.address));
        batch(namespace(pod), """
                link set lo up
                addr add %1$s/32 dev eth0
                link set eth0 up
                route add %2$s dev eth0
                route add default via %2$s
                """.formatted(pod.address, node.gateway()));
    }

    private static void batch(String namespace, String lines) {
        bash("ip -n " + namespace + " -batch - <<END\n" + lines + "END").succeeded();
    }

    @Override
    public void load(List<DrawnService> services) {
        for (Station node : List.of(Station.NODE_A, Station.NODE_B)) {
            KubeProxyRules rules = KubeProxyRules.whole(POD_RANGE);
            services.stream().flatMap(service -> service.rules(node).stream()).forEach(rules::add);
            restore(namespace(node), rules.text());
            in(
                            namespace(node),
                            "iptables -t nat -A POSTROUTING -s %1$s ! -d %1$s -j MASQUERADE --random-fully"
                                    .formatted(POD_RANGE))
                    .succeeded();
        }
    }

    private static void restore(String namespace, String rules) {
        try {
            Path file = Files.createTempFile("osier-test", ".rules");
            try {
                Files.writeString(file, rules);
                in(namespace, "iptables-restore " + file).succeeded();
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
