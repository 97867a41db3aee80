package io.osier.dataplane.observe;

import io.osier.dataplane.observe.CaptureRecord.Checksum;
import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.observe.PacketTrace.Choice;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link CaptureStreamWriter} wrote. Whatever arrives, it ends in a message or in an {@link IOException} that says
 * what is wrong, and takes no more memory than one message. Owned by one thread.
 */
public final class CaptureStreamReader {
    private static final int MAX_MESSAGE_BYTES = CaptureRecord.MAX_PACKET_BYTES + 4_096;

    private static final int BEGINNING_BYTES = 10;

    private final DataInputStream in;

    /**
     * Reads the beginning of the stream.
     *
     * @throws IOException if the stream is none of captures, or of a version that this one cannot read
     */
    public CaptureStreamReader(InputStream in) throws IOException {
        this.in = new DataInputStream(in);
        ByteBuffer beginning = ByteBuffer.wrap(this.in.readNBytes(BEGINNING_BYTES));
        if (beginning.limit() < BEGINNING_BYTES) {
            throw new EOFException("the connection was closed before the capture began");
        }
        if (beginning.getLong() != CaptureStreamWriter.MAGIC) {
            throw new IOException("the answer is no capture");
        }
        int version = beginning.getShort() & 0xffff;
        if (version != CaptureStreamWriter.VERSION) {
            throw new IOException("the agent sends captures in version " + version + ", this command reads version "
                    + CaptureStreamWriter.VERSION + ": use the same release of Osier on both");
        }
    }

    /** The next message, or null at the stream's end. */
    public @Nullable CaptureMessage read() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        byte[] rest = readWhole(3);
        int length = ByteBuffer.allocate(4).put((byte) first).put(rest).getInt(0);
        if (length < 1 || length > MAX_MESSAGE_BYTES) {
            throw new IOException("a capture message of " + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] body = readWhole(length);
        try {
            return decode(new DataInputStream(new ByteArrayInputStream(body)));
        } catch (IllegalArgumentException e) {
            throw new IOException("a capture message that cannot be read: " + e.getMessage(), e);
        }
    }

    private byte[] readWhole(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the capture ends within a message");
        }
        return bytes;
    }

    private static CaptureMessage decode(DataInputStream from) throws IOException {
        int type = from.readUnsignedByte();
        return switch (type) {
            case CaptureStreamWriter.HELLO -> new CaptureMessage.Hello(from.readUTF());
            case CaptureStreamWriter.RECORD -> readRecord(from);
            case CaptureStreamWriter.LOSS -> new CaptureMessage.Loss(readPoint(from), from.readLong());
            case CaptureStreamWriter.PROGRESS -> new CaptureMessage.Progress(from.readLong());
            default -> throw new IOException("a capture message of unknown type " + type);
        };
    }

    private static CaptureRecord readRecord(DataInputStream from) throws IOException {
        return new CaptureRecord(
                from.readLong(),
                readPoint(from),
                from.readLong(),
                from.readBoolean(),
                from.readBoolean(),
                Checksum.valueOf(from.readUTF()),
                from.readBoolean(),
                readDecision(from),
                readLength(from),
                readLength(from),
                readPacket(from));
    }

    private static PacketDecision readDecision(DataInputStream from) throws IOException {
        Rewrite rewrite = Rewrite.valueOf(from.readUTF());
        boolean masqueraded = from.readBoolean();
        boolean answered = from.readBoolean();
        int backendIndex = readLength(from);
        int backendCount = readLength(from);
        Choice choice = Choice.valueOf(from.readUTF());
        Socket service = readSocket(from);
        Socket backend = readSocket(from);
        String dropReason = from.readUTF();
        PortId in = readPort(from);
        if (in == null) {
            throw new IOException("a captured packet that came from nowhere");
        }
        return new PacketDecision(
                rewrite,
                masqueraded,
                answered,
                backendIndex,
                backendCount,
                choice,
                service,
                backend,
                dropReason.isEmpty() ? null : dropReason,
                in,
                readPort(from),
                readLength(from));
    }

    private static ByteBuffer readPacket(DataInputStream from) throws IOException {
        byte[] packet = new byte[readLength(from)];
        from.readFully(packet);
        return ByteBuffer.wrap(packet);
    }

    private static int readLength(DataInputStream from) throws IOException {
        int length = from.readInt();
        if (length < 0 || length > CaptureRecord.MAX_PACKET_BYTES) {
            throw new IOException("a number out of range in a capture: " + length);
        }
        return length;
    }

    private static ObservationPoint readPoint(DataInputStream from) throws IOException {
        return new ObservationPoint(from.readUTF(), CaptureStage.of(from.readUTF()));
    }

    private static Socket readSocket(DataInputStream from) throws IOException {
        return new Socket(new IpAddress(from.readLong(), from.readLong()), from.readUnsignedShort());
    }

    private static @Nullable PortId readPort(DataInputStream from) throws IOException {
        String kind = from.readUTF();
        String name = from.readUTF();
        return kind.isEmpty() ? null : new PortId(PortKind.valueOf(kind), name);
    }
}
