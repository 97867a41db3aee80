package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureMessage;
import io.osier.dataplane.observe.CaptureReader;
import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureStreamWriter;
import io.osier.dataplane.observe.ObservationPoint;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One running capture of one node. {@link #streamTo} belongs to one thread, which it keeps; {@link #close} may be called by
 * any.
 */
public final class CaptureSession implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Between the time that a packet's record bears and its appearance in the ring passes less than this. */
    private static final long LATENESS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String nodeName;
    private final CaptureReader reader;
    private final @Nullable CaptureFilter filter;
    private final LongSupplier epochNanos;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Map<ObservationPoint, Long> reportedLosses = new HashMap<>();
    private final List<CaptureRecord> packet = new ArrayList<>();
    private boolean packetMatches;

    CaptureSession(
            String nodeName,
            CaptureReader reader,
            @Nullable CaptureFilter filter,
            LongSupplier epochNanos,
            Runnable onClose) {
        this.nodeName = nodeName;
        this.reader = reader;
        this.filter = filter;
        this.epochNanos = epochNanos;
        this.onClose = onClose;
    }

    /**
     * Sends everything that is recorded, until the capture is closed or the receiver is gone. A receiver that is slow is
     * waited for; what then finds no room in the ring is counted as lost, and the packets are forwarded all the same.
     *
     * @param out blocks while its receiver is not ready
     * @throws IOException if the receiver is gone
     */
    public void streamTo(OutputStream out) throws IOException {
        CaptureStreamWriter writer = new CaptureStreamWriter(new BufferedOutputStream(out, BUFFER_BYTES));
        writer.write(new CaptureMessage.Hello(nodeName));
        writer.flush();
        long lastProgress = 0;
        while (!closed.get()) {
            long now = epochNanos.getAsLong();
            boolean busy = drainTo(writer);
            reportLosses(writer);
            if (busy || now - lastProgress >= PROGRESS_NANOS) {
                writer.write(new CaptureMessage.Progress(now - LATENESS_NANOS));
                writer.flush();
                lastProgress = now;
            }
            if (!busy) {
                LockSupport.parkNanos(IDLE_NANOS);
            }
        }
    }

    private boolean drainTo(CaptureStreamWriter writer) throws IOException {
        boolean[] busy = {false};
        try {
            reader.drain(capture -> {
                busy[0] = true;
                accept(capture, writer);
            });
            writePacket(writer);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return busy[0];
    }

    /** Gathers the sights of one packet: if the filter is true of one of them, all are shown. */
    private void accept(CaptureRecord capture, CaptureStreamWriter writer) {
        if (!packet.isEmpty() && packet.get(0).packetId() != capture.packetId()) {
            writePacket(writer);
        }
        packet.add(capture);
        packetMatches |= filter == null || filter.matches(capture);
    }

    private void writePacket(CaptureStreamWriter writer) {
        try {
            if (packetMatches) {
                for (CaptureRecord capture : packet) {
                    writer.write(capture);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            packet.clear();
            packetMatches = false;
        }
    }

    private void reportLosses(CaptureStreamWriter writer) throws IOException {
        for (Map.Entry<ObservationPoint, Long> loss : reader.losses().entrySet()) {
            if (!loss.getValue().equals(reportedLosses.put(loss.getKey(), loss.getValue()))) {
                writer.write(new CaptureMessage.Loss(loss.getKey(), loss.getValue()));
            }
        }
    }

    /** Ends the capture; {@link #streamTo} returns soon. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
            if (filter != null) {
                filter.close();
            }
        }
    }
}
