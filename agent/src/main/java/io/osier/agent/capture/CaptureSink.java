package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.ObservationPoint;
import java.io.IOException;

/** Where captured packets end: a file, a pipe, a terminal. Owned by one thread. */
public interface CaptureSink extends AutoCloseable {
    /** Takes one packet; it may be held back until {@link #flush}. */
    void write(CaptureRecord capture) throws IOException;

    /** Takes note of how many packets have been lost at a place in all. */
    void lost(ObservationPoint point, long packets) throws IOException;

    /** Shows what has been written. */
    void flush() throws IOException;

    /** No packet will come any more; shows everything. */
    default void finish() throws IOException {
        flush();
    }

    @Override
    void close() throws IOException;
}
