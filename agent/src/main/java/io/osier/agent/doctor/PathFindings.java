package io.osier.agent.doctor;

import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether what pods may send fits through the way to a node, and what is narrow if not. */
final class PathFindings {
    private PathFindings() {}

    static Finding of(TunnelCheckup tunnel) {
        String about = TunnelCheckup.about(tunnel.from(), tunnel.to().name());
        int mtuBytes = tunnel.mtuBytes();
        int overheadBytes = tunnel.to().overheadBytes();
        int neededBytes = mtuBytes + overheadBytes;
        @Nullable NodeFacts narrow = narrower(tunnel, neededBytes);
        String device = narrow == null
                ? ""
                : ": " + narrow.underlayDevice() + " of " + narrow.name() + " takes " + narrow.underlayMtuBytes();
        if (tunnel.full() == 0) {
            return Finding.fail(
                    about,
                    "full-size: no packet of " + mtuBytes + " bytes arrived" + device,
                    narrow == null
                            ? "the underlay drops packets of " + neededBytes
                                    + " bytes without saying so: make its interfaces' MTU what the way really takes ('ip link set dev eth0 mtu ...') and restart the agents"
                            : "give that device an MTU of " + neededBytes + " ('ip link set dev ... mtu " + neededBytes
                                    + "'), or restart the agents, so that pods send less");
        }
        int believedBytes = pathMtuBytes(tunnel.from(), tunnel.to().name(), mtuBytes);
        // What arrived may have come in fragments, or through a link that looks at whole super-frames only.
        int deviceBytes = narrow == null ? mtuBytes : narrow.underlayMtuBytes() - overheadBytes;
        int pathMtuBytes = Math.min(believedBytes, deviceBytes);
        if (pathMtuBytes < mtuBytes) {
            boolean isDevice = deviceBytes == pathMtuBytes;
            String route = isDevice
                    ? device
                    : ": the route to " + tunnel.to().underlay() + ", or a router on the way, takes "
                            + (pathMtuBytes + overheadBytes);
            return Finding.warn(
                    about,
                    "full-size: the path takes " + pathMtuBytes + " bytes, while pods may send " + mtuBytes + route,
                    "TCP adapts, UDP is fragmented or refused: "
                            + (isDevice
                                    ? ""
                                    : "see 'ip route get " + tunnel.to().underlay() + "' on "
                                            + tunnel.from().name() + ", and ")
                            + "give all underlay interfaces one MTU and restart the agents");
        }
        if (tunnel.full() < TunnelCheckup.SENT) {
            return Finding.warn(
                    about,
                    "full-size: " + tunnel.full() + " of " + TunnelCheckup.SENT + " packets of " + mtuBytes
                            + " bytes arrived",
                    "the underlay loses packets, or the path has just been found to take less: run 'osier doctor' again");
        }
        return Finding.ok(about, "full-size: packets of " + mtuBytes + " bytes arrive");
    }

    /** What the sender's agent believes to fit: the least of route, device, routers' reports and the receiver's word. */
    static int pathMtuBytes(NodeFacts from, String to, int otherwiseBytes) {
        return from.peer(to).path("mtuBytes").asInt(otherwiseBytes);
    }

    /** Whose device is the narrower, of those that such packets do not fit; nobody's if they fit both. */
    private static @Nullable NodeFacts narrower(TunnelCheckup tunnel, int neededBytes) {
        return Stream.of(tunnel.from(), tunnel.to())
                .filter(node -> node.underlayMtuBytes() > 0 && node.underlayMtuBytes() < neededBytes)
                .min(Comparator.comparingInt(NodeFacts::underlayMtuBytes))
                .orElse(null);
    }
}
