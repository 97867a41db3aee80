package io.osier.agent.doctor;

import java.util.stream.Stream;

/** Whether what pods may send fits through the way to a node, and what is narrow if not. */
final class PathFindings {
    private PathFindings() {}

    static Finding of(TunnelCheckup tunnel) {
        String about = TunnelCheckup.about(tunnel.from(), tunnel.to().name());
        int mtuBytes = tunnel.mtuBytes();
        int neededBytes = mtuBytes + tunnel.to().overheadBytes();
        int pathMtuBytes = pathMtuBytes(tunnel.from(), tunnel.to().name(), mtuBytes);
        String device = narrowDevice(tunnel, neededBytes);
        if (tunnel.full() == 0) {
            return Finding.fail(
                    about,
                    "full-size: no packet of " + mtuBytes + " bytes arrived" + because(device),
                    device.isEmpty()
                            ? "the underlay drops packets of " + neededBytes
                                    + " bytes without saying so: make its interfaces' MTU what the way really takes ('ip link set dev eth0 mtu ...') and restart the agents"
                            : "give that device an MTU of " + neededBytes + " ('ip link set dev ... mtu " + neededBytes
                                    + "'), or restart the agents, so that pods send less");
        }
        if (pathMtuBytes < mtuBytes) {
            String route = device.isEmpty()
                    ? ": the route to " + tunnel.to().underlay() + ", or a router on the way, takes "
                            + (pathMtuBytes + tunnel.to().overheadBytes())
                    : because(device);
            return Finding.warn(
                    about,
                    "full-size: the path takes " + pathMtuBytes + " bytes, while pods may send " + mtuBytes + route,
                    "TCP adapts, UDP is fragmented or refused: "
                            + (device.isEmpty()
                                    ? "see 'ip route get " + tunnel.to().underlay() + "' on "
                                            + tunnel.from().name() + ", and "
                                    : "")
                            + "give all underlay interfaces one MTU and restart the agents");
        }
        return Finding.ok(about, "full-size: packets of " + mtuBytes + " bytes arrive");
    }

    private static String because(String device) {
        return device.isEmpty() ? "" : ": " + device;
    }

    /** What the sender's agent believes to fit: the least of route, device, routers' reports and the receiver's word. */
    static int pathMtuBytes(NodeFacts from, String to, int otherwiseBytes) {
        return from.peer(to).path("mtuBytes").asInt(otherwiseBytes);
    }

    /** The narrower of both ends' devices if packets do not fit it; empty if they do. */
    private static String narrowDevice(TunnelCheckup tunnel, int neededBytes) {
        return Stream.of(tunnel.from(), tunnel.to())
                .filter(node -> node.underlayMtuBytes() > 0 && node.underlayMtuBytes() < neededBytes)
                .reduce((one, other) -> one.underlayMtuBytes() <= other.underlayMtuBytes() ? one : other)
                .map(node -> node.underlayDevice() + " of " + node.name() + " takes " + node.underlayMtuBytes())
                .orElse("");
    }
}
