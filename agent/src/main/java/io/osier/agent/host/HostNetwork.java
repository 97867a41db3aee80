package io.osier.agent.host;

import io.osier.agent.pod.CommandRunner;
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

/**
 * Puts the node itself on the segment: a TAP with the subnet's first address, a route to the services, forwarding switched on,
 * and masquerade for what pods send to the outside. All of it may be done again; it stays when the agent stops, so that pods
 * keep their gateway.
 */
public final class HostNetwork {
    /** The interface in the node's namespace. */
    public static final String DEVICE = "osier0";

    private static final Path IP_FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");

    private final IpPrefix podRange;
    private final IpPrefix serviceRange;
    private final IpAddress gateway;
    private final int mtuBytes;

    public HostNetwork(IpPrefix podRange, IpPrefix serviceRange, IpAddress gateway, int mtuBytes) {
        this.podRange = podRange;
        this.serviceRange = serviceRange;
        this.gateway = gateway;
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
                Set.of(gateway));
        CommandRunner.runWithInput(
                """
                addr replace %s/%d dev %s
                link set %s mtu %d gso_max_segs %d up
                route replace %s dev %s src %s
                """.formatted(
                                gateway,
                                podRange.lengthBits(),
                                DEVICE,
                                DEVICE,
                                mtuBytes,
                                VxlanTunnel.maxSegments(mtuBytes),
                                serviceRange,
                                DEVICE,
                                gateway),
                "ip",
                "-batch",
                "-");
        Files.writeString(IP_FORWARD, "1\n");
        CommandRunner.runWithInput(masquerade(), "nft", "-f", "-");
    }

    /** One table of ours, replaced as a whole, so that doing it again leaves one. */
    private String masquerade() {
        return """
                table ip osier {}
                delete table ip osier
                table ip osier {
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr %s ip daddr != { %s, %s } oifname != "%s" masquerade
                  }
                }
                """.formatted(podRange, podRange, serviceRange, DEVICE);
    }
}
