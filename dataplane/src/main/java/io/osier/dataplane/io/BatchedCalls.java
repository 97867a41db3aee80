package io.osier.dataplane.io;

import io.netty.channel.unix.FileDescriptor;

/**
 * Reads and writes of descriptors that are asked for one by one and made together, in the order in which they were asked for.
 * The descriptors are non-blocking: what would have to wait has failed with {@link Libc#EAGAIN}. Owned by one worker's thread.
 */
interface BatchedCalls extends AutoCloseable {
    /** So many may be asked for before they are made. */
    int CAPACITY = 64;

    /** The best that this kernel allows. */
    static BatchedCalls open() {
        RingCalls ring = RingCalls.openIfAllowed();
        return ring == null ? new SingleCalls() : ring;
    }

    /** Asks for up to {@code length} bytes at this address. */
    void read(FileDescriptor descriptor, long address, int length);

    /** Asks for a write of what a {@code struct iovec[count]} shows. */
    void write(FileDescriptor descriptor, long iovecs, int count);

    /** Makes all that was asked for since the last time; their memory is the caller's again. */
    void make();

    /**
     * What came of the calls that were made last.
     *
     * @param call counted from 0 in the order in which they were asked for
     * @return bytes, or the negative of an error's number
     */
    int result(int call);

    /** How the calls are made: {@code io_uring} or {@code single}. */
    String description();

    @Override
    void close();
}
