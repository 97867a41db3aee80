package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * The rest of a super-frame whose payload lies in several places: slices of memory that belong to other frames, in the order
 * in which the receiver is to see them. A frame that was received whole has none.
 *
 * <p>The slices are borrowed: they hold for as long as the batch does that their owners belong to.
 */
public final class FrameTail {
    /** As many as one datagram train of the kernel has segments, but for the first, which is the frame itself. */
    public static final int MAX_SLICES = 63;

    private final Frame[] owners = new Frame[MAX_SLICES];
    private final int[] offsets = new int[MAX_SLICES];
    private final int[] lengths = new int[MAX_SLICES];
    private int count;
    private int lengthBytes;

    FrameTail() {}

    public int count() {
        return count;
    }

    /** The length of all slices together. */
    public int lengthBytes() {
        return lengthBytes;
    }

    public boolean isFull() {
        return count == MAX_SLICES;
    }

    /** Where a slice lies in memory, for system calls. */
    public long address(int slice) {
        return owners[slice].address() + offsets[slice];
    }

    public int lengthBytes(int slice) {
        return lengths[slice];
    }

    /** Adds bytes of some frame's memory, from the absolute index {@code offset}. */
    public void add(Frame owner, int offset, int length) {
        owners[count] = owner;
        offsets[count] = offset;
        lengths[count] = length;
        count++;
        lengthBytes += length;
    }

    void clear() {
        count = 0;
        lengthBytes = 0;
    }

    /** Copies the first {@code length} bytes of the slices, one behind the other. */
    void copyTo(ByteBuffer target, int index, int length) {
        int at = index;
        int left = length;
        for (int i = 0; i < count && left > 0; i++) {
            int part = Math.min(left, lengths[i]);
            target.put(at, owners[i].bytes(), offsets[i], part);
            at += part;
            left -= part;
        }
    }
}
