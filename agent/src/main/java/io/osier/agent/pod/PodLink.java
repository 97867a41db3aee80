package io.osier.agent.pod;

import io.osier.dataplane.io.Dataplane;
import io.osier.dataplane.io.NetworkNamespace;
import io.osier.dataplane.io.TapConfig;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.policy.PolicyTable;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A pod's {@code eth0}: a TAP in its namespace, with address, MTU and default route. All of it may be done again. */
public final class PodLink {
    private static final String DEVICE = "eth0";
    private static final long ANSWER_SECONDS = 5;

    private final Dataplane dataplane;
    private final IpPrefix podRange;
    private final IpAddress gateway;
    private final @Nullable EmbeddingPrefix ipv6;
    private final int mtuBytes;

    /** @param ipv6 what pods' IPv6 addresses begin with; null if they have link-local ones only */
    public PodLink(
            Dataplane dataplane, IpPrefix podRange, IpAddress gateway, @Nullable EmbeddingPrefix ipv6, int mtuBytes) {
        this.dataplane = dataplane;
        this.podRange = podRange;
        this.gateway = gateway;
        this.ipv6 = ipv6;
        this.mtuBytes = mtuBytes;
    }

    /**
     * Connects a pod's namespace to the segment.
     *
     * @throws IOException in one line, if the device cannot be had
     */
    public void connect(String namespace, IpAddress address) throws IOException {
        NetworkNamespace inside = NetworkNamespace.named(namespace);
        dataplane.addTap(
                new TapConfig(
                        idOf(namespace), inside, DEVICE, MacAddress.ofPod(address.v4Bits()), dataplane.offloads()),
                ipv6 == null ? Set.of(address) : Set.of(address, ipv6.of(address)));
        CrashPoint.DEVICE_MADE.reached();
        Ipv6Device.prepare(inside, DEVICE);
        NeighborProbes.prepare(inside, DEVICE);
        CommandRunner.runWithInput(
                """
                link set lo up
                link set eth0 txqueuelen %d
                addr replace %s/%d dev eth0
                link set eth0 mtu %d gso_max_segs %d up
                route replace default via %s dev eth0
                """.formatted(
                                        TapConfig.QUEUE_PACKETS,
                                        address,
                                        podRange.lengthBits(),
                                        mtuBytes,
                                        VxlanTunnel.maxSegments(mtuBytes),
                                        gateway)
                        + ipv6Commands(address),
                "ip",
                "-n",
                namespace,
                "-batch",
                "-");
    }

    private String ipv6Commands(IpAddress address) {
        return ipv6 == null
                ? ""
                : """
                addr replace %s/%d dev eth0 nodad
                route replace default via %s dev eth0
                """.formatted(ipv6.of(address), ipv6.of(podRange).lengthBits(), ipv6.of(gateway));
    }

    /** Whether the dataplane lets the pod's packets through, or knows at least which: until it does it takes none of a new pod's. */
    public boolean isKnown(IpAddress address) {
        PolicyTable policies = dataplane
                .proxy()
                .ask(worker -> worker.state().policies())
                .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                .join();
        return policies.isEmpty() || policies.of(address.high(), address.low()) != null;
    }

    /** Takes the pod off the segment; its device goes with its namespace. */
    public void disconnect(String namespace) {
        dataplane.removeTap(idOf(namespace));
    }

    private static PortId idOf(String namespace) {
        return new PortId(PortKind.POD, namespace);
    }
}
