package io.osier.agent.capture;

import java.io.IOException;
import java.io.InputStream;

/** One node whose packets are wanted. */
public interface CaptureSource {
    /** The node's name. */
    String node();

    /**
     * Asks the node for its packets.
     *
     * @return the stream that {@link CaptureSession#streamTo} writes; closing it, by any thread, ends the capture there
     * @throws CaptureException if the node refuses
     * @throws IOException if it cannot be reached
     */
    InputStream open(CaptureRequest request) throws IOException, CaptureException;
}
