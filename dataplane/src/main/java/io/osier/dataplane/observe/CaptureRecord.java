package io.osier.dataplane.observe;

import java.nio.ByteBuffer;

/**
 * One sight of one packet.
 *
 * @param epochNanos when, as nanoseconds since 1970 UTC
 * @param packetId the same at every stage and node, see {@link PacketId}; never 0
 * @param outbound whether the packet was on its way out of the node
 * @param madeHere whether it is an answer that this node made to the packet whose decision this is
 * @param checksum how far its transport checksum is to be believed
 * @param segmented whether the bytes stand for several packets on a wire (segmentation offload)
 * @param frameOffset where in the packet the pod's Ethernet frame begins: 0, or behind the tunnel's headers, which begin
 *     with IP; the packet's end if there is no frame that could be read
 * @param originalLengthBytes of the whole packet, if it was cut
 * @param packet the bytes, from index 0 to the limit
 */
public record CaptureRecord(
        long epochNanos,
        ObservationPoint point,
        long packetId,
        boolean outbound,
        boolean madeHere,
        Checksum checksum,
        boolean segmented,
        PacketDecision decision,
        int frameOffset,
        int originalLengthBytes,
        ByteBuffer packet)
        implements CaptureMessage {
    /** The longest packet: a 64 KB frame in its tunnel headers. */
    public static final int MAX_PACKET_BYTES = 1 << 17;

    public CaptureRecord {
        if (frameOffset < 0 || frameOffset > originalLengthBytes || packet.limit() > originalLengthBytes) {
            throw new IllegalArgumentException("a packet of " + originalLengthBytes + " bytes of which "
                    + packet.limit() + " are here, and a frame that begins at " + frameOffset);
        }
    }

    /** What is known of a transport checksum. */
    public enum Checksum {
        /** It is what the sender wrote. */
        AS_SENT,
        /** It covers the pseudo-header only; whoever puts the packet on a wire completes it (checksum offload). */
        PARTIAL,
        /** It has been checked already. */
        VALID
    }

    /** Whether the packet is shown with the tunnel's headers, beginning with IP rather than Ethernet. */
    public boolean isTunnelled() {
        return frameOffset > 0;
    }

    /** The bytes of the pod's Ethernet frame, as far as they were kept; empty if none could be read. */
    public ByteBuffer frame() {
        int from = Math.min(frameOffset, packet.limit());
        return packet.slice(from, packet.limit() - from);
    }

    /** How long the pod's Ethernet frame is in full. */
    public int frameLengthBytes() {
        return originalLengthBytes - frameOffset;
    }
}
