package io.osier.dataplane.packet;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One Ethernet frame in memory that is reused for the next one: a window of off-heap bytes with room in front for the
 * headers of a tunnel, and the offload facts that a {@code virtio_net_hdr} carries beside the bytes.
 *
 * <pre>
 *  0            HEADROOM_BYTES                                   capacity
 *  | headroom    | Ethernet | IP | TCP … payload (up to 64 KB) |
 *                ^ start()                                     ^ end()
 * </pre>
 *
 * All multi-byte accessors are big-endian, as packets are. A frame belongs to the thread that received it; whoever gets
 * it in {@code Port.transmit} borrows it until {@code Port.flush} returns.
 */
public final class Frame {
    /** Bytes before the Ethernet header; 34 puts the IP header on a multiple of four. */
    public static final int HEADROOM_BYTES = 34;
    /** The longest frame: a 64 KB IP packet and its Ethernet header with a VLAN tag. */
    public static final int MAX_LENGTH_BYTES = 65_535 + 18;

    private static final int CAPACITY_BYTES = HEADROOM_BYTES + MAX_LENGTH_BYTES + 11;

    private final ByteBuffer bytes;
    private final long address;
    private int start;
    private int length;

    private int offloadFlags;
    private int gsoType;
    private int gsoSizeBytes;
    private int headerLengthBytes;
    private int checksumStart;
    private int checksumOffset;

    private long outerSourceHigh;
    private long outerSourceLow;

    public Frame() {
        bytes = ByteBuffer.allocateDirect(CAPACITY_BYTES).order(ByteOrder.BIG_ENDIAN);
        address = Buffer.memoryAddress(bytes);
        reset(HEADROOM_BYTES, 0);
    }

    /** The whole memory, indexed absolutely; {@link #start()} is where the Ethernet header lies. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** The memory address of index 0 of {@link #bytes()}, for system calls. */
    public long address() {
        return address;
    }

    public int capacityBytes() {
        return CAPACITY_BYTES;
    }

    public int start() {
        return start;
    }

    public int length() {
        return length;
    }

    public int end() {
        return start + length;
    }

    /** Makes this the window {@code [start, start + length)}, with no offloads asked for and no outer source. */
    public void reset(int start, int length) {
        if (start < 0 || length < 0 || start + length > CAPACITY_BYTES) {
            throw new IndexOutOfBoundsException("window " + start + "+" + length + " of " + CAPACITY_BYTES);
        }
        this.start = start;
        this.length = length;
        clearOffloads();
        outerSourceHigh = 0;
        outerSourceLow = 0;
    }

    /** Moves the start: a positive number of bytes pops a header, a negative one makes room for one. */
    public void pop(int headerBytes) {
        int moved = start + headerBytes;
        if (moved < 0 || headerBytes > length) {
            throw new IndexOutOfBoundsException("pop " + headerBytes + " of " + length);
        }
        start = moved;
        length -= headerBytes;
    }

    /** Makes the frame this long: cuts its tail, or takes in what was written behind it. */
    public void setLength(int length) {
        if (length < 0 || start + length > CAPACITY_BYTES) {
            throw new IndexOutOfBoundsException("length " + length);
        }
        this.length = length;
    }

    /** Copies the bytes and the offload facts of another frame. */
    public void copyFrom(Frame other) {
        reset(other.start, other.length);
        bytes.put(start, other.bytes, other.start, other.length);
        setOffloads(
                other.offloadFlags,
                other.gsoType,
                other.headerLengthBytes,
                other.gsoSizeBytes,
                other.checksumStart,
                other.checksumOffset);
        setOuterSource(other.outerSourceHigh, other.outerSourceLow);
    }

    /** The facts of {@link VirtioNetHeader}; lengths and offsets in bytes, counted from the Ethernet header. */
    public void setOffloads(
            int flags, int gsoType, int headerLengthBytes, int gsoSizeBytes, int checksumStart, int checksumOffset) {
        this.offloadFlags = flags;
        this.gsoType = gsoType;
        this.headerLengthBytes = headerLengthBytes;
        this.gsoSizeBytes = gsoSizeBytes;
        this.checksumStart = checksumStart;
        this.checksumOffset = checksumOffset;
    }

    public void clearOffloads() {
        setOffloads(0, 0, 0, 0, 0, 0);
    }

    public int offloadFlags() {
        return offloadFlags;
    }

    public int gsoType() {
        return gsoType;
    }

    public int gsoSizeBytes() {
        return gsoSizeBytes;
    }

    public int headerLengthBytes() {
        return headerLengthBytes;
    }

    public int checksumStart() {
        return checksumStart;
    }

    public int checksumOffset() {
        return checksumOffset;
    }

    /** True while the transport checksum holds only the pseudo-header's sum, for somebody later to complete. */
    public boolean hasPartialChecksum() {
        return (offloadFlags & VirtioNetHeader.FLAG_NEEDS_CHECKSUM) != 0;
    }

    /** Where the datagram came from that carried this frame, as {@link IpAddress} halves; zero if none did. */
    public void setOuterSource(long high, long low) {
        outerSourceHigh = high;
        outerSourceLow = low;
    }

    public long outerSourceHigh() {
        return outerSourceHigh;
    }

    public long outerSourceLow() {
        return outerSourceLow;
    }
}
