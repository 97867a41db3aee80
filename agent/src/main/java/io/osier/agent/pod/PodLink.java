package io.osier.agent.pod;

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
import java.util.Set;

/** A pod's {@code eth0}: a TAP in its namespace, with address, MTU and default route. All of it may be done again. */
public final class PodLink {
    private static final String DEVICE = "eth0";

    private final Dataplane dataplane;
    private final IpPrefix podRange;
    private final IpAddress gateway;
    private final int mtuBytes;

    public PodLink(Dataplane dataplane, IpPrefix podRange, IpAddress gateway, int mtuBytes) {
        this.dataplane = dataplane;
        this.podRange = podRange;
        this.gateway = gateway;
        this.mtuBytes = mtuBytes;
    }

    /**
     * Connects a pod's namespace to the segment.
     *
     * @throws IOException in one line, if the device cannot be had
     */
    public void connect(String namespace, IpAddress address) throws IOException {
        dataplane.addTap(
                new TapConfig(
                        idOf(namespace),
                        NetworkNamespace.named(namespace),
                        DEVICE,
                        MacAddress.ofPod(address.v4Bits()),
                        dataplane.offloads()),
                Set.of(address));
        CommandRunner.runWithInput(
                """
                link set lo up
                addr replace %s/%d dev eth0
                link set eth0 mtu %d gso_max_segs %d up
                route replace default via %s dev eth0
                """.formatted(address, podRange.lengthBits(), mtuBytes, VxlanTunnel.maxSegments(mtuBytes), gateway),
                "ip",
                "-n",
                namespace,
                "-batch",
                "-");
    }

    /** Takes the pod off the segment; its device goes with its namespace. */
    public void disconnect(String namespace) {
        dataplane.removeTap(idOf(namespace));
    }

    private static PortId idOf(String namespace) {
        return new PortId(PortKind.POD, namespace);
    }
}
