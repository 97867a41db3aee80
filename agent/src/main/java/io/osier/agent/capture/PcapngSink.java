package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.ObservationPoint;
import io.osier.dataplane.observe.PcapngWriter;
import java.io.IOException;

/** Packets for Wireshark. */
public final class PcapngSink implements CaptureSink {
    private final PcapngWriter writer;

    public PcapngSink(PcapngWriter writer) {
        this.writer = writer;
    }

    @Override
    public void write(CaptureRecord capture) throws IOException {
        writer.write(capture);
    }

    @Override
    public void lost(ObservationPoint point, long packets) throws IOException {
        writer.lost(point, packets);
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
