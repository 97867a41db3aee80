package io.osier.dataplane.io;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Zeroed bytes outside the heap, in host byte order, for structures that system calls read and write. They live as long as
 * the buffer is reachable.
 */
final class NativeMemory {
    private NativeMemory() {}

    static ByteBuffer allocate(int sizeBytes) {
        return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    }

    /** Where index 0 of the buffer lies. */
    static long address(ByteBuffer bytes) {
        return Buffer.memoryAddress(bytes);
    }
}
