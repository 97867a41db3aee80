package io.osier.dataplane.io;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.FrameTail;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.DropCounters;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How one worker reads and writes its TAPs: frames of a batch together, in one system call where the kernel allows it. Writes
 * of all ports wait in one queue, in order. Each has memory of its own here for what the system call is shown,
 *
 * <pre>
 *  0               10     16                32
 *  | virtio header | free | iovec of that   | iovecs of the frame and its tail, 16 bytes each: address, length …
 * </pre>
 *
 * <p>since the frame may be queued elsewhere with another header in its headroom. Owned by the worker's thread.
 */
final class TapCalls implements AutoCloseable {
    private static final int IOVECS = 16;
    private static final int IOVEC_BYTES = 16;
    private static final int MAX_IOVECS = 2 + FrameTail.MAX_SLICES;
    private static final int WRITE_BYTES = IOVECS + MAX_IOVECS * IOVEC_BYTES;

    private final BatchedCalls calls;
    private final DropCounters drops;
    private final BooleanSupplier observed;
    private final ByteBuffer memory = NativeMemory.allocate(BatchedCalls.CAPACITY * WRITE_BYTES);
    private final long address = NativeMemory.address(memory);
    private final TapPort[] ports = new TapPort[BatchedCalls.CAPACITY];
    private final int[] iovecs = new int[BatchedCalls.CAPACITY];
    private final int[] lengths = new int[BatchedCalls.CAPACITY];
    private int queued;

    /**
     * @param drops counts what turns out only when the queue is written not to be taken
     * @param observed whether somebody looks at packets, who is to see what became of each: then nothing is queued
     */
    TapCalls(BatchedCalls calls, DropCounters drops, BooleanSupplier observed) {
        this.calls = calls;
        this.drops = drops;
        this.observed = observed;
        for (int i = 0; i < BatchedCalls.CAPACITY; i++) {
            setIovec(i, 0, address + (long) i * WRITE_BYTES, VirtioNetHeader.LENGTH_BYTES);
        }
    }

    /** What reads: nothing is asked of it between two calls here. */
    BatchedCalls reads() {
        return calls;
    }

    /** Queues a frame for a port; or, while somebody looks, writes it at once and says if it was not taken. */
    @Nullable
    DropReason write(TapPort port, Frame frame) {
        if (queued == BatchedCalls.CAPACITY) {
            flush();
        }
        FrameTail tail = frame.tail();
        VirtioNetHeader.write(memory, queued * WRITE_BYTES, frame);
        setIovec(queued, 1, frame.address() + frame.start(), frame.length());
        for (int i = 0; i < tail.count(); i++) {
            setIovec(queued, 2 + i, tail.address(i), tail.lengthBytes(i));
        }
        ports[queued] = port;
        iovecs[queued] = 2 + tail.count();
        lengths[queued] = frame.totalLength();
        queued++;
        if (!observed.getAsBoolean()) {
            return null;
        }
        makeCalls();
        queued = 0;
        return port.written(calls.result(0), frame.totalLength()); // nothing else was queued, then
    }

    private void setIovec(int write, int iovec, long address, int lengthBytes) {
        int at = write * WRITE_BYTES + IOVECS + iovec * IOVEC_BYTES;
        memory.putLong(at, address);
        memory.putLong(at + 8, lengthBytes);
    }

    /** Writes what is queued, and counts what is not taken. */
    void flush() {
        if (queued == 0) {
            return;
        }
        makeCalls();
        for (int i = 0; i < queued; i++) {
            DropReason refused = ports[i].written(calls.result(i), lengths[i]);
            if (refused != null) {
                drops.count(refused);
            }
        }
        queued = 0;
    }

    private void makeCalls() {
        for (int i = 0; i < queued; i++) {
            calls.write(ports[i].descriptor(), address + (long) i * WRITE_BYTES + IOVECS, iovecs[i]);
        }
        calls.make();
    }

    /** How many frames wait for a port. */
    int queuedFor(TapPort port) {
        int waiting = 0;
        for (int i = 0; i < queued; i++) {
            if (ports[i] == port) {
                waiting++;
            }
        }
        return waiting;
    }

    /** See {@link BatchedCalls#description}. */
    String description() {
        return calls.description();
    }

    @Override
    public void close() {
        calls.close();
    }
}
