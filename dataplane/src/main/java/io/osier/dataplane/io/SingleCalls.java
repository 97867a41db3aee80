package io.osier.dataplane.io;

import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/** One system call for each, made as soon as it is asked for. Works on every kernel. */
final class SingleCalls implements BatchedCalls {
    private final int[] results = new int[CAPACITY];
    private int count;
    private int emptied = -1;

    @Override
    public void read(FileDescriptor descriptor, long address, int length) {
        // Where nothing waited for one read, nothing waits for those behind it.
        int result = descriptor.intValue() == emptied ? -Libc.EAGAIN : readNow(descriptor, address, length);
        if (result == -Libc.EAGAIN) {
            emptied = descriptor.intValue();
        }
        results[count++] = result;
    }

    @Override
    public void write(FileDescriptor descriptor, long iovecs, int count) {
        results[this.count++] = writeNow(descriptor, iovecs, count);
    }

    /** Bytes, or the negative of an error's number. */
    static int readNow(FileDescriptor descriptor, long address, int length) {
        try {
            int bytes = descriptor.readAddress(address, 0, length);
            return bytes == 0 ? -Libc.EAGAIN : Math.max(0, bytes); // as Netty says it; -1 is the end of a file
        } catch (NativeIoException e) {
            return e.expectedErr();
        } catch (IOException | RuntimeException e) { // closed, or, as Netty sees it, a socket that is not connected
            return -Libc.EBADF;
        }
    }

    /** Bytes, or the negative of an error's number. */
    static int writeNow(FileDescriptor descriptor, long iovecs, int count) {
        try {
            int bytes = (int) descriptor.writevAddresses(iovecs, count);
            return bytes == 0 ? -Libc.EAGAIN : bytes;
        } catch (NativeIoException e) {
            return e.expectedErr();
        } catch (IOException | RuntimeException e) { // closed, or, as Netty sees it, a socket that is not connected
            return -Libc.EBADF;
        }
    }

    @Override
    public void make() {
        emptied = -1;
        count = 0;
    }

    @Override
    public int result(int call) {
        return results[call];
    }

    @Override
    public String description() {
        return "single";
    }

    @Override
    public void close() {}
}
