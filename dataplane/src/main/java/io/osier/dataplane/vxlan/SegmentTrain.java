package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.Frame;
import java.nio.ByteBuffer;

/**
 * The datagrams that a super-frame becomes, all of one length but the last: each has headers of its own here, and a slice of
 * the payload, which stays where it is in the frame.
 *
 * <pre>
 *  headers:  | VXLAN Ethernet IP TCP | VXLAN Ethernet IP TCP | …     one every STRIDE_BYTES
 *  frame:    | Ethernet IP TCP | slice 0     | slice 1     | … | last |
 * </pre>
 *
 * Filled by the {@link Segmenter}; headers and frame are borrowed by the underlay until it is flushed.
 */
public final class SegmentTrain {
    /** The most segments that one system call may send (UDP_MAX_SEGMENTS of {@code linux/udp.h} in kernels before 6.9). */
    public static final int MAX_SEGMENTS = 64;

    /** Room for the longest headers: VXLAN, Ethernet with a tag, IP and TCP with all options. */
    static final int STRIDE_BYTES = 192;

    private final Frame headers = Frame.ofLength(MAX_SEGMENTS * STRIDE_BYTES);
    private Frame frame = Frame.view();
    private int headerBytes;
    private int segmentBytes;
    private int payloadStart;
    private int payloadEnd;
    private int count;
    private boolean last;

    /**
     * Takes the next segments of a frame.
     *
     * @param headerBytes the length of each segment's headers, VXLAN included
     * @param segmentBytes the payload of each segment but the last
     * @param payloadStart and payloadEnd absolute in the frame's memory
     * @param last whether the frame ends with this train
     */
    void fill(Frame frame, int headerBytes, int segmentBytes, int payloadStart, int payloadEnd, boolean last) {
        this.frame = frame;
        this.headerBytes = headerBytes;
        this.segmentBytes = segmentBytes;
        this.payloadStart = payloadStart;
        this.payloadEnd = payloadEnd;
        this.last = last;
        count = (payloadEnd - payloadStart + segmentBytes - 1) / segmentBytes;
    }

    ByteBuffer headers() {
        return headers.bytes();
    }

    /** The number of datagrams. */
    public int count() {
        return count;
    }

    /** The length of each datagram but the last. */
    public int datagramBytes() {
        return headerBytes + segmentBytes;
    }

    /** The length of all datagrams together. */
    public int totalBytes() {
        return count * headerBytes + payloadEnd - payloadStart;
    }

    /** Whether the frame ends here: a frame of many segments takes more than one train. */
    public boolean isLast() {
        return last;
    }

    public int headerBytes() {
        return headerBytes;
    }

    /** Where a segment's headers lie in memory. */
    public long headerAddress(int segment) {
        return headers.address() + (long) segment * STRIDE_BYTES;
    }

    /** Where a segment's payload lies in memory. */
    public long payloadAddress(int segment) {
        return frame.address() + payloadOffset(segment);
    }

    public int payloadBytes(int segment) {
        return Math.min(segmentBytes, payloadEnd - payloadOffset(segment));
    }

    /** Where a segment's payload lies in the frame's memory. */
    int payloadOffset(int segment) {
        return payloadStart + segment * segmentBytes;
    }

    /** Copies one datagram, for networks that are only simulated. */
    public int copy(int segment, ByteBuffer target, int index) {
        target.put(index, headers.bytes(), segment * STRIDE_BYTES, headerBytes);
        target.put(index + headerBytes, frame.bytes(), payloadOffset(segment), payloadBytes(segment));
        return headerBytes + payloadBytes(segment);
    }
}
