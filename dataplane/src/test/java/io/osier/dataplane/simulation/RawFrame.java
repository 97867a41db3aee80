package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.VirtioNetHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A frame at rest: a copy of its bytes and of the checksum and segmentation work that its sender left to others. */
public final class RawFrame {
    private static final int NO_CHECKSUM = -1;

    private final byte[] bytes;
    private final int checksumStart;
    private final int checksumOffset;
    private final int gsoType;
    private final int gsoSizeBytes;

    private RawFrame(byte[] bytes, int checksumStart, int checksumOffset, int gsoType, int gsoSizeBytes) {
        this.bytes = bytes;
        this.checksumStart = checksumStart;
        this.checksumOffset = checksumOffset;
        this.gsoType = gsoType;
        this.gsoSizeBytes = gsoSizeBytes;
    }

    /** A frame with nothing left to do. */
    public static RawFrame of(byte[] bytes) {
        return new RawFrame(bytes.clone(), NO_CHECKSUM, 0, VirtioNetHeader.GSO_NONE, 0);
    }

    /** What the frame holds now, in its window and its tail. */
    public static RawFrame copyOf(Frame frame) {
        byte[] bytes = new byte[frame.totalLength()];
        frame.copyTo(ByteBuffer.wrap(bytes), 0, 0, bytes.length);
        return frame.hasPartialChecksum()
                ? new RawFrame(
                        bytes, frame.checksumStart(), frame.checksumOffset(), frame.gsoType(), frame.gsoSizeBytes())
                : new RawFrame(bytes, NO_CHECKSUM, 0, frame.gsoType(), frame.gsoSizeBytes());
    }

    /** What a part of the frame's memory holds now. */
    public static RawFrame copyOf(Frame frame, int start, int length) {
        return of(window(frame, start, length));
    }

    private static byte[] window(Frame frame, int start, int length) {
        byte[] bytes = new byte[length];
        frame.bytes().get(start, bytes);
        return bytes;
    }

    /** The same frame with a transport checksum to complete from {@code start} on, counted from the Ethernet header. */
    public RawFrame withPartialChecksum(int start, int offset) {
        return new RawFrame(bytes, start, offset, gsoType, gsoSizeBytes);
    }

    /** The same frame to be cut into segments of this size. */
    public RawFrame withSegments(int type, int sizeBytes) {
        return new RawFrame(bytes, checksumStart, checksumOffset, type, sizeBytes);
    }

    /** The frame without its last bytes. */
    public RawFrame truncated(int length) {
        return new RawFrame(Arrays.copyOf(bytes, length), checksumStart, checksumOffset, gsoType, gsoSizeBytes);
    }

    /** The frame with one byte set. */
    public RawFrame with(int index, int value) {
        byte[] changed = bytes.clone();
        changed[index] = (byte) value;
        return new RawFrame(changed, checksumStart, checksumOffset, gsoType, gsoSizeBytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    /** The bytes behind the Ethernet header. */
    public byte[] ipPacket() {
        return Arrays.copyOfRange(bytes, 14, bytes.length);
    }

    public boolean hasPartialChecksum() {
        return checksumStart != NO_CHECKSUM;
    }

    /** The frame with its checksum completed, as a network card would. */
    public RawFrame completed() {
        if (!hasPartialChecksum()) {
            return this;
        }
        byte[] whole = bytes.clone();
        int checksum = NaiveChecksum.of(Arrays.copyOfRange(whole, checksumStart, whole.length));
        ByteBuffer.wrap(whole).putShort(checksumStart + checksumOffset, (short) (checksum == 0 ? 0xffff : checksum));
        return new RawFrame(whole, NO_CHECKSUM, 0, gsoType, gsoSizeBytes);
    }

    /** Puts the frame into the window that begins at {@code start}. */
    public void writeTo(Frame frame, int start) {
        frame.reset(start, bytes.length);
        frame.bytes().put(start, bytes);
        if (hasPartialChecksum() || gsoType != VirtioNetHeader.GSO_NONE) {
            int flags = hasPartialChecksum() ? VirtioNetHeader.FLAG_NEEDS_CHECKSUM : 0;
            frame.setOffloads(flags, gsoType, 0, gsoSizeBytes, Math.max(checksumStart, 0), checksumOffset);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RawFrame that
                && Arrays.equals(bytes, that.bytes)
                && checksumStart == that.checksumStart
                && checksumOffset == that.checksumOffset
                && gsoType == that.gsoType
                && gsoSizeBytes == that.gsoSizeBytes;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes) + (hasPartialChecksum() ? " partial checksum" : "");
    }
}
