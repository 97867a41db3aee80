package io.osier.agent.host;

import io.osier.agent.pod.CommandException;
import io.osier.agent.pod.CommandRunner;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads what comes to the node from outside, and is a service's, into the dataplane: the choice of a backend is made there and
 * nowhere else. Packets to the node's own addresses would never leave its network stack, so one nft table sends those to node
 * ports to an address that stands for them; other addresses of services become routes.
 *
 * <p>All of it is replaced as a whole when it changes, and may be done again. Safe for any thread.
 */
public final class HostServices {
    private static final Logger LOG = LoggerFactory.getLogger(HostServices.class);

    /** Marks our routes, so that those can be found again which an earlier agent left. */
    private static final String ROUTE_PROTOCOL = "89";

    private final IpAddress outside;
    private final IpAddress inside;
    private Wanted wanted = new Wanted(Set.of(), Set.of(), Set.of());
    private @Nullable Wanted done;
    private boolean connected;

    /**
     * @param nodePorts elements such as {@code tcp . 30080}
     * @param redirects elements such as {@code 192.0.2.1 . tcp . 80 : 10.96.0.10 . 80}
     */
    private record Wanted(Set<String> nodePorts, Set<String> redirects, Set<String> routes) {}

    /**
     * @param outside stands for node ports as they are reached from elsewhere
     * @param inside stands for them as processes of the node reach them
     */
    public HostServices(IpAddress outside, IpAddress inside) {
        this.outside = outside;
        this.inside = inside;
    }

    /** The node's device is there: from now on what is wanted is done. */
    public synchronized void connected() {
        connected = true;
        update();
    }

    /** Takes what the dataplane has just been given. */
    public synchronized void take(ServiceTable services) {
        Set<String> nodePorts = new TreeSet<>();
        Set<String> redirects = new TreeSet<>();
        Set<String> routes = new TreeSet<>();
        Set<IpAddress> own = null;
        VirtualService clusterIp = null;
        for (VirtualService service : services.services()) {
            Exposure exposure = service.policy().exposure();
            String port = IpProtocol.name(service.protocol()) + " . " + service.port();
            if (exposure == Exposure.CLUSTER_IP) {
                clusterIp = service;
            } else if (exposure == Exposure.NODE_PORT && service.address().equals(outside)) {
                nodePorts.add(port);
            } else if (exposure == Exposure.EXTERNAL_IP || exposure == Exposure.LOAD_BALANCER) {
                own = own == null ? ownAddresses() : own;
                if (!own.contains(service.address())) {
                    routes.add(service.address().toString());
                } else if (clusterIp != null && isSamePort(clusterIp, service)) {
                    redirects.add(
                            service.address() + " . " + port + " : " + clusterIp.address() + " . " + clusterIp.port());
                }
            }
        }
        wanted = new Wanted(nodePorts, redirects, routes);
        update();
    }

    private static boolean isSamePort(VirtualService one, VirtualService other) {
        return one.protocol() == other.protocol() && one.name().equals(other.name());
    }

    private void update() {
        if (!connected || wanted.equals(done)) {
            return;
        }
        try {
            CommandRunner.runWithInput(table(), "nft", "-f", "-");
            if (done == null || !wanted.routes().equals(done.routes())) {
                CommandRunner.runWithInput(routes(), "ip", "-force", "-batch", "-");
            }
            done = wanted;
        } catch (CommandException e) {
            LOG.warn("services cannot be reached from outside as they should: {}", e.getMessage());
        }
    }

    private String table() {
        StringBuilder text = new StringBuilder("table ip osier-services {}\ndelete table ip osier-services\n");
        if (wanted.nodePorts().isEmpty() && wanted.redirects().isEmpty()) {
            return text.toString();
        }
        return text.append("table ip osier-services {\n")
                .append(map("outside", "inet_proto . inet_service", nodePortElements(outside)))
                .append(map("inside", "inet_proto . inet_service", nodePortElements(inside)))
                .append(map("external", "ipv4_addr . inet_proto . inet_service", wanted.redirects()))
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

    private static String map(String name, String key, Set<String> elements) {
        String content = elements.isEmpty() ? "" : " elements = { " + String.join(", ", elements) + " }";
        return "  map " + name + " { type " + key + " : ipv4_addr . inet_service;" + content + " }\n";
    }

    /** Loopback's own addresses are left alone: what listens there is nobody's but the node's. */
    private static String chain(String hook, String nodePorts) {
        return """
                  chain %s {
                    type nat hook %s priority %s; policy accept;
                    ip daddr != 127.0.0.0/8 fib daddr type local dnat ip to meta l4proto . th dport map @%s
                    dnat ip to ip daddr . meta l4proto . th dport map @external
                  }
                """.formatted(hook, hook, hook.equals("output") ? "-100" : "dstnat", nodePorts);
    }

    private String routes() {
        StringBuilder text = new StringBuilder();
        text.append("route flush dev ")
                .append(HostNetwork.DEVICE)
                .append(" proto ")
                .append(ROUTE_PROTOCOL)
                .append('\n');
        for (String route : wanted.routes()) {
            text.append("route replace ").append(route).append("/32 dev ").append(HostNetwork.DEVICE);
            text.append(" proto ").append(ROUTE_PROTOCOL).append('\n');
        }
        return text.toString();
    }

    private static Set<IpAddress> ownAddresses() {
        Set<IpAddress> addresses = new HashSet<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(address -> address.getHostAddress().replaceAll("%.*", ""))
                    .map(IpAddress::parse)
                    .forEach(addresses::add);
        } catch (SocketException e) {
            LOG.warn("the node's addresses cannot be listed: {}", e.getMessage());
        }
        return addresses;
    }
}
