package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.ObservationPoint;
import io.osier.dataplane.observe.PcapngWriter;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Packets for Wireshark, and the names of their addresses: those that there are at first, and what is named later. */
public final class PcapngSink implements CaptureSink {
    private final PcapngWriter writer;
    private final LiveNames names;

    /** @param names closed with the sink */
    public PcapngSink(PcapngWriter writer, LiveNames names) throws IOException {
        this.writer = writer;
        this.names = names;
        writer.writeNames(names.takeNew());
    }

    @Override
    public void write(CaptureRecord capture) throws IOException {
        writer.write(capture);
    }

    /** What has come last is named, too. */
    @Override
    public void finish() throws IOException {
        names.close();
        flush();
    }

    @Override
    public void lost(ObservationPoint point, long packets) throws IOException {
        writer.lost(point, packets);
    }

    @Override
    public void flush() throws IOException {
        writeNewNames();
        writer.flush();
    }

    private void writeNewNames() throws IOException {
        Map<IpAddress, List<String>> fresh = names.takeNew();
        if (!fresh.isEmpty()) {
            writer.writeNames(fresh);
        }
    }

    @Override
    public void close() throws IOException {
        try (names) {
            writer.close();
        }
    }
}
