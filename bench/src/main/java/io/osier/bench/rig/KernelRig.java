package io.osier.bench.rig;

import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Station;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel doing what Osier does, laid out as flannel lays it out: on each node a bridge with the pods' veth pairs, routes to the
 * other nodes' subnets over a VXLAN device, and neighbours and forwarding entries that are given, not learned.
 */
public final class KernelRig implements Rig {
    private static final List<String> PARTS = List.of("under", "a", "b", "a-1", "a-2", "b-1", "b-2");
    private static final int OVERHEAD_BYTES = 50;

    private final Shell shell;
    private final String prefix;
    private final int second;
    private final int mtuBytes;
    private final ServiceControl services;

    private KernelRig(Shell shell, ServiceTables tables, String prefix, int second, int mtuBytes) {
        this.shell = shell;
        this.prefix = prefix;
        this.second = second;
        this.mtuBytes = mtuBytes;
        this.services =
                new KernelServices(shell, prefix + "-a", tables, "10." + second + ".1.2", "10." + second + ".1.3");
    }

    /** With kube-proxy's iptables chains for services. */
    public static KernelRig withIptables(Shell shell, Underlay underlay, int mtuBytes) throws InterruptedException {
        return new KernelRig(shell, new IptablesTables("10.40.0.0/16"), "kb", 40, mtuBytes).built(underlay);
    }

    /** With kube-proxy's nftables verdict map for services. */
    public static KernelRig withNftables(Shell shell, Underlay underlay, int mtuBytes) throws InterruptedException {
        return new KernelRig(shell, new NftablesTables("10.41.0.0/16"), "kn", 41, mtuBytes).built(underlay);
    }

    /** Removes whatever an earlier run left behind that could not clean up after itself. */
    public static void removeLeftOvers(Shell shell) {
        remove(shell, "kb");
        remove(shell, "kn");
    }

    private KernelRig built(Underlay underlay) throws InterruptedException {
        for (String part : PARTS) {
            if (Files.exists(namespace(prefix, part))) {
                throw new Shell.Failure("network namespace " + prefix + "-" + part
                        + " exists already: run 'scripts/bench --down' first");
            }
        }
        try {
            build(underlay);
            return this;
        } catch (Shell.Failure | InterruptedException e) {
            close();
            throw e;
        }
    }

    private void build(Underlay underlay) throws InterruptedException {
        List<String> names =
                PARTS.stream().map(part -> "netns add " + prefix + "-" + part).toList();
        shell.feed(String.join("\n", names), "ip", "-batch", "-");
        batch("under", """
                link set lo up
                link add underlay0 type bridge
                link set underlay0 mtu %d up
                """.formatted(mtuBytes));
        buildNode("a", 0, 1);
        buildNode("b", 1, 0);
        for (String node : List.of("a", "b")) {
            underlay.apply(shell, prefix + "-under", "node-" + node);
            underlay.applyToNode(shell, prefix + "-" + node, "eth0");
        }
    }

    private void buildNode(String node, int index, int other) throws InterruptedException {
        String name = prefix + "-" + node;
        int podMtuBytes = mtuBytes - OVERHEAD_BYTES;
        batch("under", """
                link add name node-%1$s mtu %2$d type veth peer name eth0 mtu %2$d netns %3$s
                link set dev node-%1$s master underlay0 up
                """.formatted(node, mtuBytes, name));
        batch(node, """
                link set lo up
                addr add 172.31.0.%1$d/24 dev eth0
                link set eth0 up
                link add name br0 mtu %2$d type bridge
                addr add 10.%3$d.%4$d.1/24 dev br0
                link set br0 up
                link add name vxlan1 address 02:00:00:00:00:%5$02d mtu %2$d type vxlan id 1 dstport 4789 local 172.31.0.%1$d nolearning dev eth0
                addr add 10.%3$d.%4$d.0/32 dev vxlan1
                link set vxlan1 up
                route add 10.%3$d.%6$d.0/24 via 10.%3$d.%6$d.0 dev vxlan1 onlink
                neigh add 10.%3$d.%6$d.0 lladdr 02:00:00:00:00:%7$02d dev vxlan1 nud permanent
                """.formatted(index + 1, podMtuBytes, second, index, index, other, other));
        shell.run(
                "bridge",
                "-n",
                name,
                "fdb",
                "add",
                "02:00:00:00:00:%02d".formatted(other),
                "dev",
                "vxlan1",
                "dst",
                "172.31.0." + (other + 1),
                "self",
                "permanent");
        // Pods of one node are switched past the rules, which only slow them down: services lead to the other node
        // here.
        shell.run(
                "nsenter",
                "--net=/run/netns/" + name,
                "sysctl",
                "-qw",
                "net.ipv4.ip_forward=1",
                "net.bridge.bridge-nf-call-iptables=0");
        for (int pod = 1; pod <= 2; pod++) {
            String podName = name + "-" + pod;
            batch(node, """
                    link add name pod%1$d mtu %2$d type veth peer name eth0 mtu %2$d netns %3$s
                    link set dev pod%1$d master br0 up
                    """.formatted(pod, podMtuBytes, podName));
            batch(node + "-" + pod, """
                    link set lo up
                    addr add 10.%1$d.%2$d.%3$d/24 dev eth0
                    link set eth0 up
                    route add default via 10.%1$d.%2$d.1
                    """.formatted(second, index, pod + 1));
        }
    }

    private void batch(String part, String lines) throws InterruptedException {
        shell.feed(lines, "ip", "-n", prefix + "-" + part, "-batch", "-");
    }

    private Station station(String part, String lastBytes) {
        return new Station(prefix + "-" + part, "10." + second + "." + lastBytes);
    }

    @Override
    public String name() {
        return prefix.equals("kb") ? "iptables" : "nftables";
    }

    @Override
    public Station client() {
        return station("a-1", "0.2");
    }

    @Override
    public Station near() {
        return station("a-2", "0.3");
    }

    @Override
    public Station far() {
        return station("b-1", "1.2");
    }

    @Override
    public Station farther() {
        return station("b-2", "1.3");
    }

    @Override
    public ServiceControl services() {
        return services;
    }

    @Override
    public void close() {
        remove(shell, prefix);
    }

    private static void remove(Shell shell, String prefix) {
        List<String> present = new ArrayList<>(PARTS);
        present.removeIf(part -> !Files.exists(namespace(prefix, part)));
        for (String part : present) {
            try {
                shell.run("ip", "netns", "pids", prefix + "-" + part)
                        .lines()
                        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())).stream())
                        .forEach(ProcessHandle::destroyForcibly);
                shell.run("ip", "netns", "delete", prefix + "-" + part);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static Path namespace(String prefix, String part) {
        return Path.of("/run/netns", prefix + "-" + part);
    }
}
