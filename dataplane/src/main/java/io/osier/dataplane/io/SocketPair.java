package io.osier.dataplane.io;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Two connected sockets of this machine that keep messages apart, as a TAP keeps frames, and never wait. Whoever opened them
 * closes them.
 */
record SocketPair(FileDescriptor one, FileDescriptor other) {
    /** @throws IOException in one line, if the kernel has none left */
    static SocketPair open() throws IOException {
        ByteBuffer descriptors = NativeMemory.allocate(2 * Integer.BYTES);
        int type = Libc.SOCK_SEQPACKET | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
        try {
            if (Libc.socketpair(Libc.AF_UNIX, type, 0, NativeMemory.address(descriptors)) < 0) {
                throw Libc.failure("pair of sockets");
            }
        } finally {
            Reference.reachabilityFence(descriptors);
        }
        return new SocketPair(
                new FileDescriptor(descriptors.getInt(0)), new FileDescriptor(descriptors.getInt(Integer.BYTES)));
    }
}
