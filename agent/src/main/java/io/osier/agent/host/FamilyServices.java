package io.osier.agent.host;

import io.osier.agent.pod.CommandException;
import io.osier.agent.pod.CommandRunner;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link HostServices} does for one family of IP. */
public final class FamilyServices {
    private static final Logger LOG = LoggerFactory.getLogger(FamilyServices.class);

    /** Marks our routes, so that those can be found again which an earlier agent left. */
    private static final String ROUTE_PROTOCOL = "89";

    private static final IpPrefix LOOPBACK = IpPrefix.parse("127.0.0.0/8");
    private static final Path ROUTE_LOCALNET =
            Path.of("/proc/sys/net/ipv4/conf/" + HostNetwork.DEVICE + "/route_localnet");

    private final Family family;
    private final IpAddress outside;
    private final IpAddress inside;
    private final List<IpPrefix> nodePortAddresses;
    private Wanted wanted = new Wanted(Set.of(), Set.of(), Set.of());
    private @Nullable Wanted done;

    /**
     * How the tools call a family.
     *
     * @param option of {@code ip}
     * @param nft of {@code nft}'s tables and matches
     * @param type of an address there
     * @param ownAlone addresses at which the node's ports are the node's own
     */
    private record Family(String option, String nft, String type, String ownAlone) {
        static final Family IPV4 = new Family("-4", "ip", "ipv4_addr", "127.0.0.0/8");
        static final Family IPV6 = new Family("-6", "ip6", "ipv6_addr", "{ ::1, fe80::/10 }");
    }

    /**
     * @param nodePorts elements such as {@code tcp . 30080}
     * @param redirects elements such as {@code 192.0.2.1 . tcp . 80 : 10.96.0.10 . 80}
     */
    private record Wanted(Set<String> nodePorts, Set<String> redirects, Set<String> routes) {}

    /**
     * @param outside stands for node ports as they are reached from elsewhere
     * @param inside stands for them as processes of the node reach them
     * @param nodePortAddresses ranges of the node's addresses that have the node ports; empty for all but its own alone
     */
    public FamilyServices(IpAddress outside, IpAddress inside, List<IpPrefix> nodePortAddresses) {
        this.nodePortAddresses = List.copyOf(nodePortAddresses);
        this.family = outside.isV4() ? Family.IPV4 : Family.IPV6;
        this.outside = outside;
        this.inside = inside;
    }

    /** @param ownAddresses the node's, of both families */
    void take(ServiceTable services, Supplier<Set<IpAddress>> ownAddresses) {
        Set<String> nodePorts = new TreeSet<>();
        Set<String> redirects = new TreeSet<>();
        Set<String> routes = new TreeSet<>();
        for (VirtualService service : services.exposed()) {
            if (service.address().isV4() != outside.isV4()) {
                continue;
            }
            if (service.policy().exposure() == Exposure.NODE_PORT) {
                if (service.address().equals(outside)) {
                    nodePorts.add(port(service));
                }
            } else if (!ownAddresses.get().contains(service.address())) {
                if (!service.policy().isAtNode()) { // whoever goes there is sent on by that node
                    routes.add(service.address().toString());
                }
            } else {
                VirtualService clusterIp = services.clusterIpOf(service);
                if (clusterIp != null) {
                    redirects.add(service.address() + " . " + port(service) + " : " + clusterIp.address() + " . "
                            + clusterIp.port());
                }
            }
        }
        wanted = new Wanted(nodePorts, redirects, routes);
    }

    private static String port(VirtualService service) {
        return IpProtocol.name(service.protocol()) + " . " + service.port();
    }

    /** Does what is wanted, unless it is done. */
    void update() {
        if (wanted.equals(done)) {
            return;
        }
        try {
            if (hasLoopback()) {
                Files.writeString(ROUTE_LOCALNET, "1\n");
            }
            CommandRunner.runWithInput(table(), "nft", "-f", "-");
            if (done == null || !wanted.routes().equals(done.routes())) {
                CommandRunner.runWithInput(routes(), "ip", family.option(), "-force", "-batch", "-");
            }
            done = wanted;
        } catch (CommandException | IOException e) {
            LOG.warn("services cannot be reached from outside as they should: {}", e.getMessage());
        }
    }

    private String table() {
        String name = "table " + family.nft() + " osier-services";
        StringBuilder text = new StringBuilder(name + " {}\ndelete " + name + "\n");
        if (wanted.nodePorts().isEmpty() && wanted.redirects().isEmpty()) {
            return text.toString();
        }
        text.append(name).append(" {\n");
        if (hasLoopback() && !wanted.nodePorts().isEmpty()) {
            text.append(loopbackChains());
        }
        return text.append(map("outside", "inet_proto . inet_service", nodePortElements(outside)))
                .append(map("inside", "inet_proto . inet_service", nodePortElements(inside)))
                .append(map("external", family.type() + " . inet_proto . inet_service", wanted.redirects()))
                .append(chain("prerouting", "outside"))
                .append(chain("output", "inside"))
                .append("}\n")
                .toString();
    }

    private Set<String> nodePortElements(IpAddress address) {
        Set<String> elements = new TreeSet<>();
        for (String port : wanted.nodePorts()) {
            elements.add(port + " : " + address + " . " + port.substring(port.lastIndexOf(' ') + 1));
        }
        return elements;
    }

    private String map(String name, String key, Set<String> elements) {
        String content = elements.isEmpty() ? "" : " elements = { " + String.join(", ", elements) + " }";
        return "  map " + name + " { type " + key + " : " + family.type() + " . inet_service;" + content + " }\n";
    }

    private boolean hasLoopback() {
        return nodePortAddresses.stream().anyMatch(LOOPBACK::overlaps);
    }

    /**
     * What the node sends to its loopback address comes back by our device: it leaves under an address that is known there, and
     * nothing but its answers may come in to loopback, which that device lets in now.
     */
    private static String loopbackChains() {
        return """
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    oifname "%1$s" ip saddr %2$s masquerade
                  }
                  chain input {
                    type filter hook input priority filter; policy accept;
                    iifname "%1$s" ip daddr %2$s ct state != { established, related } drop
                  }
                """.formatted(HostNetwork.DEVICE, LOOPBACK);
    }

    /** By default loopback's own addresses, and those of links, are left alone: what listens there is the node's alone. */
    private String nodeAddresses() {
        return nodePortAddresses.isEmpty()
                ? "!= " + family.ownAlone()
                : nodePortAddresses.stream().map(IpPrefix::toString).collect(Collectors.joining(", ", "{ ", " }"));
    }

    private String chain(String hook, String nodePorts) {
        return """
                  chain %1$s {
                    type nat hook %2$s priority %3$s; policy accept;
                    %4$s daddr %5$s fib daddr type local dnat %4$s to meta l4proto . th dport map @%6$s
                    dnat %4$s to %4$s daddr . meta l4proto . th dport map @external
                  }
                """.formatted(
                hook, hook, hook.equals("output") ? "-100" : "dstnat", family.nft(), nodeAddresses(), nodePorts);
    }

    private String routes() {
        StringBuilder text = new StringBuilder();
        text.append("route flush dev ")
                .append(HostNetwork.DEVICE)
                .append(" proto ")
                .append(ROUTE_PROTOCOL)
                .append('\n');
        for (String route : wanted.routes()) {
            text.append("route replace ").append(route).append(" dev ").append(HostNetwork.DEVICE);
            text.append(" proto ").append(ROUTE_PROTOCOL).append('\n');
        }
        return text.toString();
    }
}
