package io.osier.agent.host;

import io.osier.agent.pod.CommandRunner;
import io.osier.agent.pod.Ipv6Device;
import io.osier.agent.pod.NeighborProbes;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.io.Dataplane;
import io.osier.dataplane.io.NetworkNamespace;
import io.osier.dataplane.io.TapConfig;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts the node itself on the segment: a TAP with the subnet's first address, a route to the services, forwarding switched on,
 * and masquerade for what pods send to the outside. All of it may be done again; it stays when the agent stops, so that pods
 * keep their gateway.
 */
public final class HostNetwork {
    /** The interface in the node's namespace. */
    public static final String DEVICE = "osier0";

    private static final Path IP_FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6/conf");

    private final IpPrefix podRange;
    private final IpPrefix serviceRange;
    private final IpAddress gateway;
    private final @Nullable Ipv6Ranges ipv6;
    private final int mtuBytes;

    /** @param ipv6 the same ranges of IPv6; null if there are none */
    public HostNetwork(
            IpPrefix podRange, IpPrefix serviceRange, IpAddress gateway, @Nullable Ipv6Ranges ipv6, int mtuBytes) {
        this.podRange = podRange;
        this.serviceRange = serviceRange;
        this.gateway = gateway;
        this.ipv6 = ipv6;
        this.mtuBytes = mtuBytes;
    }

    /**
     * Connects the node.
     *
     * @throws IOException in one line, if the device cannot be had
     */
    public void connect(Dataplane dataplane) throws IOException {
        dataplane.addTap(
                new TapConfig(
                        new PortId(PortKind.HOST, DEVICE),
                        NetworkNamespace.present(),
                        DEVICE,
                        MacAddress.ofPod(gateway.v4Bits()),
                        dataplane.offloads()),
                ipv6 == null ? Set.of(gateway) : Set.of(gateway, ipv6.pods().of(gateway)));
        Ipv6Device.prepare(NetworkNamespace.present(), DEVICE);
        NeighborProbes.prepare(NetworkNamespace.present(), DEVICE);
        CommandRunner.runWithInput(
                """
                link set %s txqueuelen %d
                addr replace %s/%d dev %s
                link set %s mtu %d gso_max_segs %d up
                route replace %s dev %s src %s
                """.formatted(
                                        DEVICE,
                                        TapConfig.QUEUE_PACKETS,
                                        gateway,
                                        podRange.lengthBits(),
                                        DEVICE,
                                        DEVICE,
                                        mtuBytes,
                                        VxlanTunnel.maxSegments(mtuBytes),
                                        serviceRange,
                                        DEVICE,
                                        gateway)
                        + ipv6Commands(),
                "ip",
                "-batch",
                "-");
        Files.writeString(IP_FORWARD, "1\n");
        String tables = masquerade("ip", podRange, serviceRange);
        if (ipv6 != null) {
            forwardIpv6();
            tables += masquerade("ip6", ipv6.pods().of(podRange), ipv6.services());
        }
        CommandRunner.runWithInput(tables, "nft", "-f", "-");
    }

    private String ipv6Commands() {
        return ipv6 == null
                ? ""
                : """
                addr replace %s/%d dev %s nodad
                route replace %s dev %s src %s
                """.formatted(
                                ipv6.pods().of(gateway),
                                ipv6.pods().of(podRange).lengthBits(),
                                DEVICE,
                                ipv6.services(),
                                DEVICE,
                                ipv6.pods().of(gateway));
    }

    /**
     * Forwarding is switched on for all devices or none, and those that hear router advertisements would hear them no more
     * ({@code accept_ra} 1: only where not forwarding), so that the node would lose its default route: they are told to.
     */
    private static void forwardIpv6() throws IOException {
        try (Stream<Path> devices = Files.list(IPV6)) {
            for (Path acceptsRa :
                    devices.map(device -> device.resolve("accept_ra")).toList()) {
                if (Files.readString(acceptsRa).strip().equals("1")) {
                    Files.writeString(acceptsRa, "2\n");
                }
            }
        }
        Files.writeString(IPV6.resolve("all/forwarding"), "1\n");
    }

    /** One table of ours, replaced as a whole, so that doing it again leaves one. */
    private static String masquerade(String family, IpPrefix pods, IpPrefix services) {
        return """
                table %1$s osier {}
                delete table %1$s osier
                table %1$s osier {
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    %1$s saddr %2$s %1$s daddr != { %2$s, %3$s } oifname != "%4$s" masquerade
                  }
                }
                """.formatted(family, pods, services, DEVICE);
    }
}
