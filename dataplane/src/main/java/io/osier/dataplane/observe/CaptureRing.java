package io.osier.dataplane.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A ring of bytes between one producer (the worker) and one consumer, of a fixed size and off the heap. The producer claims
 * room for any number of entries, fills them in any order, and then makes all of them visible at once or takes them back.
 * It never waits: what finds no room is refused.
 *
 * <pre>
 *   | size (4) | length (4) | length bytes | up to 7 bytes to the next multiple of 8 |
 * </pre>
 *
 * An entry never wraps: where it would, an entry with length −1 fills the rest of the ring.
 */
final class CaptureRing {
    /** What {@link #claim} answers when there is no room. */
    static final int FULL = -1;

    private static final int HEADER_BYTES = 8;
    private static final int FILLER = -1;
    private static final VarHandle PUBLISHED;
    private static final VarHandle CONSUMED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PUBLISHED = lookup.findVarHandle(CaptureRing.class, "published", long.class);
            CONSUMED = lookup.findVarHandle(CaptureRing.class, "consumed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Sees one entry: {@code length} bytes from index {@code offset}. */
    @FunctionalInterface
    interface Visitor {
        void visit(ByteBuffer bytes, int offset, int length);
    }

    private final ByteBuffer bytes;
    private final int capacityBytes;
    private final int mask;

    /** Positions count bytes since the beginning and never wrap; only the producer uses the first two. */
    private long claimed;

    private long consumedSeen;
    private long published;
    private long consumed;

    /** @param capacityBytes a power of two, at least 64 */
    CaptureRing(int capacityBytes) {
        if (Integer.bitCount(capacityBytes) != 1 || capacityBytes < 64) {
            throw new IllegalArgumentException("capacity must be a power of two, at least 64: " + capacityBytes);
        }
        this.capacityBytes = capacityBytes;
        mask = capacityBytes - 1;
        bytes = ByteBuffer.allocateDirect(capacityBytes).order(ByteOrder.BIG_ENDIAN);
    }

    /** The memory that claimed indexes refer to. */
    ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Producer: takes room for an entry that is not visible yet.
     *
     * @return the index of its first byte, or {@link #FULL}
     */
    int claim(int lengthBytes) {
        int size = (lengthBytes + HEADER_BYTES + 7) & -8;
        int index = (int) claimed & mask;
        int toEnd = capacityBytes - index;
        int needed = size <= toEnd ? size : toEnd + size;
        if (needed > freeBytes()) {
            consumedSeen = (long) CONSUMED.getAcquire(this);
            if (needed > freeBytes()) {
                return FULL;
            }
        }
        if (size > toEnd) {
            writeHeader(index, toEnd, FILLER);
            claimed += toEnd;
            index = 0;
        }
        writeHeader(index, size, lengthBytes);
        claimed += size;
        return index + HEADER_BYTES;
    }

    /** Producer: shows what has been claimed since the last time, before anybody else sees it. */
    void visitClaimed(Visitor visitor) {
        visit(published, claimed, visitor);
    }

    /** Producer: makes everything claimed visible to the consumer, in the order of the claims. */
    void publish() {
        PUBLISHED.setRelease(this, claimed);
    }

    /** Producer: takes back everything claimed and not published. */
    void rollBack() {
        claimed = published;
    }

    /** Consumer: takes all that is visible out of the ring; the producer may use each entry's room once it was visited. */
    void drain(Visitor visitor) {
        long end = (long) PUBLISHED.getAcquire(this);
        while (consumed < end) {
            long next = consumed + sizeAt(consumed);
            visit(consumed, next, visitor);
            CONSUMED.setRelease(this, next);
        }
    }

    private void visit(long from, long to, Visitor visitor) {
        for (long at = from; at < to; at += sizeAt(at)) {
            int index = (int) at & mask;
            int length = bytes.getInt(index + 4);
            if (length != FILLER) {
                visitor.visit(bytes, index + HEADER_BYTES, length);
            }
        }
    }

    private int sizeAt(long position) {
        return bytes.getInt((int) position & mask);
    }

    private void writeHeader(int index, int size, int length) {
        bytes.putInt(index, size);
        bytes.putInt(index + 4, length);
    }

    private long freeBytes() {
        return capacityBytes - (claimed - consumedSeen);
    }
}
