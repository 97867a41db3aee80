package io.osier.dataplane.observe;

import io.osier.dataplane.packet.IpAddress;
import java.util.Set;

/**
 * What a capture wants to see. An empty set leaves nothing out.
 *
 * @param pods ports of pods: a packet counts at all its stages if it passes one of them
 * @param addresses the pods' addresses, by which other nodes know their packets
 * @param stages where to look
 * @param snapLengthBytes how much of each packet to keep, tunnel headers included
 */
public record CaptureSelection(
        Set<String> pods, Set<IpAddress> addresses, Set<CaptureStage> stages, int snapLengthBytes) {
    /** More than any packet has. */
    public static final int WHOLE_PACKETS = 262_144;

    /** Every packet everywhere, whole. */
    public static final CaptureSelection ALL = new CaptureSelection(Set.of(), Set.of(), Set.of(), WHOLE_PACKETS);

    public CaptureSelection {
        pods = Set.copyOf(pods);
        addresses = Set.copyOf(addresses);
        stages = Set.copyOf(stages);
        if (snapLengthBytes < 1 || snapLengthBytes > WHOLE_PACKETS) {
            throw new IllegalArgumentException("snap length must be 1 to " + WHOLE_PACKETS + ": " + snapLengthBytes);
        }
    }

    /** Whether packets of all pods and of the host count. */
    boolean isOfEverybody() {
        return pods.isEmpty() && addresses.isEmpty();
    }
}
