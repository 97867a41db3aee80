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
 * @param restartCount how often its commands were started again, all together
 * @param containerStatuses of the containers with a command; empty where the pod itself says all of its only one
 */
public record PodStatus(
        String phase,
        @Nullable String podIP,
        List<PodIP> podIPs,
        boolean ready,
        int restartCount,
        @Nullable String reason,
        @Nullable String message,
        List<ContainerStatus> containerStatuses) {
    static final String PENDING_PHASE = "Pending";
    static final String RUNNING = "Running";
    static final String SUCCEEDED = "Succeeded";
    static final String FAILED = "Failed";
    static final String CREATING = "ContainerCreating";
    static final String COMPLETED = "Completed";
    static final String STARTING = "starting";
    static final String NODE_LOST = "NodeLost";

    public static final PodStatus PENDING =
            new PodStatus(PENDING_PHASE, null, List.of(), false, 0, null, null, List.of());

    @SuppressWarnings("NullAway")
    public PodStatus {
        phase = phase == null ? PENDING_PHASE : phase;
        podIPs = podIPs == null ? List.of() : List.copyOf(podIPs);
        containerStatuses = containerStatuses == null ? List.of() : List.copyOf(containerStatuses);
    }

    /** One of a pod's addresses. */
    public record PodIP(String ip) {}

    public static PodStatus running(String podIP, int restartCount) {
        return new PodStatus(RUNNING, podIP, List.of(new PodIP(podIP)), true, restartCount, null, null, List.of());
    }

    /** A pod with an address whose commands have not been started yet. */
    public static PodStatus starting(String podIP) {
        return notReady(PENDING_PHASE, podIP, 0, CREATING, STARTING);
    }

    /** A pod with an address, not all of whose commands are running as wanted. */
    public static PodStatus notReady(
            String phase, @Nullable String podIP, int restartCount, String reason, String message) {
        List<PodIP> addresses = podIP == null ? List.of() : List.of(new PodIP(podIP));
        return new PodStatus(phase, podIP, addresses, false, restartCount, reason, message, List.of());
    }

    /** Whether all that was to run has run, and nothing is started again. */
    public boolean hasEnded() {
        return phase.equals(SUCCEEDED) || phase.equals(FAILED);
    }

    /** Whether nothing is known of it because its node is gone. */
    public boolean hasLostItsNode() {
        return NODE_LOST.equals(reason);
    }

    /** Whether it has not been made yet. */
    public boolean hasNotBegun() {
        return phase.equals(PENDING_PHASE);
    }

    PodStatus with(List<ContainerStatus> containers) {
        return new PodStatus(phase, podIP, podIPs, ready, restartCount, reason, message, containers);
    }

    /** The same of a pod that has this address, too. */
    public PodStatus alsoAt(@Nullable IpAddress address) {
        if (address == null || podIP == null) {
            return this;
        }
        List<PodIP> both = List.of(new PodIP(podIP), new PodIP(address.toString()));
        return new PodStatus(phase, podIP, both, ready, restartCount, reason, message, containerStatuses);
    }
}
