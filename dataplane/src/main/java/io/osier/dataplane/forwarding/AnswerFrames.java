package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the ICMP errors of one batch. There are only so many, which also limits the rate at which errors are sent, as
 * RFC 1812, section 4.3.2.8, asks of routers.
 */
final class AnswerFrames {
    private static final int FRAMES = 64;
    private static final int MAX_LENGTH_BYTES = EthernetHeader.LENGTH_BYTES + 1_280;

    private final Frame[] frames = new Frame[FRAMES];
    private int taken;

    AnswerFrames() {
        for (int i = 0; i < FRAMES; i++) {
            frames[i] = Frame.ofLength(MAX_LENGTH_BYTES);
        }
    }

    /** A frame to write an answer into, or null if the batch has had its share. */
    @Nullable
    Frame take() {
        return taken == FRAMES ? null : frames[taken++];
    }

    /** The answers have been sent. */
    void flushed() {
        taken = 0;
    }
}
