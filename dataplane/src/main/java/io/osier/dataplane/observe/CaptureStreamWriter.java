package io.osier.dataplane.observe;

import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.port.PortId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends capture messages from an agent to a command. All numbers are big-endian, strings are in modified UTF-8 behind two bytes
 * of length, ports are a kind and a name, of which an absent one has an empty name.
 *
 * <pre>
 *   "OSIERCAP" | version (2)                    once, at the beginning
 *   length of the rest (4) | type (1) | body    for each message
 * </pre>
 *
 * Owned by one thread.
 */
public final class CaptureStreamWriter {
    /** {@code OSIERCAP}. */
    static final long MAGIC = 0x4f53_4945_5243_4150L;

    static final int VERSION = 2;
    static final int HELLO = 1;
    static final int RECORD = 2;
    static final int LOSS = 3;
    static final int PROGRESS = 4;

    private final DataOutputStream out;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    /** Writes the beginning of the stream. */
    public CaptureStreamWriter(OutputStream out) throws IOException {
        this.out = new DataOutputStream(out);
        this.out.writeLong(MAGIC);
        this.out.writeShort(VERSION);
    }

    /** Writes one message; it may be held back until {@link #flush}. */
    public void write(CaptureMessage message) throws IOException {
        body.reset();
        DataOutputStream to = new DataOutputStream(body);
        if (message instanceof CaptureRecord capture) {
            to.writeByte(RECORD);
            writeRecord(to, capture);
        } else if (message instanceof CaptureMessage.Hello hello) {
            to.writeByte(HELLO);
            to.writeUTF(hello.node());
        } else if (message instanceof CaptureMessage.Loss loss) {
            to.writeByte(LOSS);
            writePoint(to, loss.point());
            to.writeLong(loss.lostPackets());
        } else if (message instanceof CaptureMessage.Progress progress) {
            to.writeByte(PROGRESS);
            to.writeLong(progress.epochNanos());
        }
        out.writeInt(body.size());
        body.writeTo(out);
    }

    public void flush() throws IOException {
        out.flush();
    }

    private static void writeRecord(DataOutputStream to, CaptureRecord capture) throws IOException {
        to.writeLong(capture.epochNanos());
        writePoint(to, capture.point());
        to.writeLong(capture.packetId());
        to.writeBoolean(capture.outbound());
        to.writeBoolean(capture.madeHere());
        to.writeUTF(capture.checksum().name());
        to.writeBoolean(capture.segmented());
        writeDecision(to, capture.decision());
        to.writeInt(capture.frameOffset());
        to.writeInt(capture.originalLengthBytes());
        byte[] packet = new byte[capture.packet().limit()];
        capture.packet().get(0, packet);
        to.writeInt(packet.length);
        to.write(packet);
    }

    private static void writeDecision(DataOutputStream to, PacketDecision decision) throws IOException {
        to.writeUTF(decision.rewrite().name());
        to.writeBoolean(decision.masqueraded());
        to.writeBoolean(decision.answered());
        to.writeInt(decision.backendIndex());
        to.writeInt(decision.backendCount());
        to.writeUTF(decision.choice().name());
        writeSocket(to, decision.service());
        writeSocket(to, decision.backend());
        to.writeUTF(decision.dropReason() == null ? "" : decision.dropReason());
        writePort(to, decision.from());
        writePort(to, decision.to());
        to.writeInt(decision.copies());
    }

    private static void writePoint(DataOutputStream to, ObservationPoint point) throws IOException {
        to.writeUTF(point.name());
        to.writeUTF(point.stage().label());
    }

    private static void writeSocket(DataOutputStream to, Socket socket) throws IOException {
        to.writeLong(socket.address().high());
        to.writeLong(socket.address().low());
        to.writeShort(socket.port());
    }

    private static void writePort(DataOutputStream to, @Nullable PortId port) throws IOException {
        to.writeUTF(port == null ? "" : port.kind().name());
        to.writeUTF(port == null ? "" : port.name());
    }
}
