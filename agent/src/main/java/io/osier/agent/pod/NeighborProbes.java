package io.osier.agent.pod;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How long a station goes on sending to a neighbour that does not answer. By default a kernel asks three times, a second apart,
 * then gives the neighbour up and drops what is for it ({@code MAX_UNICAST_SOLICIT}, RFC 4861, section 10). Here it is the
 * agent that answers, while a MAC address follows from its IP address and never changes: an agent that is away for four
 * seconds would cost packets although what the station knows is right.
 */
public final class NeighborProbes {
    /** One a second: longer than an agent takes to start on the slowest machine that we have seen (90 s). */
    private static final String UNICAST_PROBES = "120\n";

    private static final List<Path> FAMILIES =
            List.of(Path.of("/proc/sys/net/ipv4/neigh"), Path.of("/proc/sys/net/ipv6/neigh"));

    private NeighborProbes() {}

    /** Sets a device up, for each family that the kernel has on it. May be done again. */
    public static void prepare(NetworkNamespace namespace, String device) throws IOException {
        namespace.call(() -> {
            for (Path family : FAMILIES) {
                Path probes = family.resolve(device).resolve("ucast_solicit");
                if (Files.exists(probes)) {
                    Files.writeString(probes, UNICAST_PROBES);
                }
            }
            return null;
        });
    }
}
