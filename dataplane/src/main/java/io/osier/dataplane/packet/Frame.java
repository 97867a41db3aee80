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
 * <p>Three kinds of frame look alike to whoever reads headers. Most own their memory. A <em>view</em> is a window of another
 * frame's memory: one of several packets that were received in one go. Either may have a {@link FrameTail}: payload that
 * lies elsewhere and follows the window's bytes. Headers are always in the window.
 *
 * <p>All multi-byte accessors are big-endian, as packets are. A frame belongs to the thread that received it; whoever gets
 * it in {@code Port.transmit} borrows it until {@code Port.flush} returns.
 */
public final class Frame {
    /** Bytes before the Ethernet header; 34 puts the IP header on a multiple of four. */
    public static final int HEADROOM_BYTES = 34;
    /** The longest frame: a 64 KB IP packet and its Ethernet header with a VLAN tag. */
    public static final int MAX_LENGTH_BYTES = 65_535 + 18;

    private static final int CAPACITY_BYTES = HEADROOM_BYTES + MAX_LENGTH_BYTES + 11;
    private static final ByteBuffer NO_BYTES = ByteBuffer.allocateDirect(0);

    private final FrameTail tail = new FrameTail();
    private final boolean view;
    private ByteBuffer bytes;
    private long address;
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
    private int datagramBytes;

    /** A frame with memory for the longest packet. */
    public Frame() {
        this(CAPACITY_BYTES);
    }

    private Frame(int capacityBytes) {
        view = capacityBytes == 0;
        bytes = view ? NO_BYTES : ByteBuffer.allocateDirect(capacityBytes).order(ByteOrder.BIG_ENDIAN);
        address = Buffer.memoryAddress(bytes);
        reset(view ? 0 : HEADROOM_BYTES, 0);
    }

    /** A frame with memory for packets of up to this length only, such as answers. */
    public static Frame ofLength(int maxLengthBytes) {
        return new Frame(HEADROOM_BYTES + maxLengthBytes);
    }

    /** A frame without memory, for {@link #show}. */
    public static Frame view() {
        return new Frame(0);
    }

    /** Makes this view the window {@code [start, start + length)} of another frame's memory, from the same outer source. */
    public void show(Frame owner, int start, int length) {
        if (!view) {
            throw new IllegalStateException("this frame has memory of its own");
        }
        bytes = owner.bytes;
        address = owner.address;
        reset(start, length);
        setOuterSource(owner.outerSourceHigh, owner.outerSourceLow);
    }

    /** Whether what lies around the window is somebody else's, so that the packet must not grow in place. */
    public boolean isView() {
        return view;
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
        return bytes.capacity();
    }

    public int start() {
        return start;
    }

    /** The length of the window: of the whole packet, but for its {@link #tail}. */
    public int length() {
        return length;
    }

    public int end() {
        return start + length;
    }

    /** What follows the window's bytes. */
    public FrameTail tail() {
        return tail;
    }

    /** The length of the packet: window and tail. */
    public int totalLength() {
        return length + tail.lengthBytes();
    }

    /** Copies the first {@code length} bytes of the packet, from {@code before} bytes in front of its start. */
    public void copyTo(ByteBuffer target, int index, int before, int length) {
        int ofWindow = Math.min(length, before + this.length);
        target.put(index, bytes, start - before, ofWindow);
        tail.copyTo(target, index + ofWindow, length - ofWindow);
    }

    /** Makes this the window {@code [start, start + length)}, with no tail, no offloads asked for and no outer source. */
    public void reset(int start, int length) {
        if (start < 0 || length < 0 || start + length > bytes.capacity()) {
            throw new IndexOutOfBoundsException("window " + start + "+" + length + " of " + bytes.capacity());
        }
        this.start = start;
        this.length = length;
        tail.clear();
        clearOffloads();
        outerSourceHigh = 0;
        outerSourceLow = 0;
        datagramBytes = 0;
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

    /** Makes the frame this long: cuts it off, or takes in what was written behind it. Its tail goes. */
    public void setLength(int length) {
        if (length < 0 || start + length > bytes.capacity()) {
            throw new IndexOutOfBoundsException("length " + length);
        }
        this.length = length;
        tail.clear();
    }

    /** Copies the bytes, tail included, and the offload facts of another frame, so that this one has them in one piece. */
    public void copyFrom(Frame other) {
        reset(other.view ? HEADROOM_BYTES : other.start, other.totalLength());
        other.copyTo(bytes, start, 0, length);
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

    /**
     * How many bytes of a window that was received from the underlay are one datagram each, the last one perhaps fewer; 0 if
     * the window is a single datagram.
     */
    public int datagramBytes() {
        return datagramBytes;
    }

    public void setDatagramBytes(int datagramBytes) {
        this.datagramBytes = datagramBytes;
    }

    public long outerSourceHigh() {
        return outerSourceHigh;
    }

    public long outerSourceLow() {
        return outerSourceLow;
    }
}
