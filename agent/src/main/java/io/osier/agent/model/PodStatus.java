package io.osier.agent.model;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pod is.
 *
 * @param phase {@code Pending}, {@code Running}, {@code Succeeded} or {@code Failed}
 * @param reason why it is not as wanted, in one word
 * @param message the same in a sentence
 * @param restartCount how often its command was started again
 */
public record PodStatus(
        String phase,
        @Nullable String podIP,
        List<PodIP> podIPs,
        boolean ready,
        int restartCount,
        @Nullable String reason,
        @Nullable String message) {
    public static final PodStatus PENDING = new PodStatus("Pending", null, List.of(), false, 0, null, null);

    @SuppressWarnings("NullAway")
    public PodStatus {
        phase = phase == null ? "Pending" : phase;
        podIPs = podIPs == null ? List.of() : List.copyOf(podIPs);
    }

    /** One of a pod's addresses. */
    public record PodIP(String ip) {}

    public static PodStatus running(String podIP, int restartCount) {
        return new PodStatus("Running", podIP, List.of(new PodIP(podIP)), true, restartCount, null, null);
    }

    /** A pod with an address whose command is not running as wanted. */
    public static PodStatus notReady(
            String phase, @Nullable String podIP, int restartCount, String reason, String message) {
        List<PodIP> addresses = podIP == null ? List.of() : List.of(new PodIP(podIP));
        return new PodStatus(phase, podIP, addresses, false, restartCount, reason, message);
    }

    /** The same of a pod that has this address, too. */
    public PodStatus alsoAt(@Nullable IpAddress address) {
        if (address == null || podIP == null) {
            return this;
        }
        List<PodIP> both = List.of(new PodIP(podIP), new PodIP(address.toString()));
        return new PodStatus(phase, podIP, both, ready, restartCount, reason, message);
    }
}
