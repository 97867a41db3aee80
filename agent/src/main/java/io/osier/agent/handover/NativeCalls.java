package io.osier.agent.handover;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The C library's calls that Java has no word for: descriptors in messages and in new processes. Numbers are those of 64-bit
 * Linux. A result below zero means that {@link #failure} says why.
 */
final class NativeCalls {
    static final int AF_UNIX = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = 0x8_0000;
    static final int SOL_SOCKET = 1;
    static final int SCM_RIGHTS = 1;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    static final int O_CLOEXEC = 0x8_0000;
    static final int F_SETFD = 2;
    static final int F_DUPFD_CLOEXEC = 1030;
    static final int FD_CLOEXEC = 1;
    static final short POLLIN = 1;

    static {
        Native.register(NativeCalls.class, "c");
    }

    private NativeCalls() {}

    static native int socket(int family, int type, int protocol);

    static native int bind(int fd, Pointer address, int length);

    static native long sendmsg(int fd, Pointer message, int flags);

    static native long recvmsg(int fd, Pointer message, int flags);

    static native int pipe2(int[] ends, int flags);

    static native int poll(Pointer descriptors, long count, int timeoutMillis);

    static native int fcntl(int fd, int command, int argument);

    static native int close(int fd);

    static native int posix_spawn_file_actions_init(Pointer actions);

    static native int posix_spawn_file_actions_adddup2(Pointer actions, int fd, int target);

    static native int posix_spawn_file_actions_destroy(Pointer actions);

    static native int posix_spawnp(
            int[] pid,
            String program,
            Pointer actions,
            @Nullable Pointer attributes,
            Pointer arguments,
            Pointer environment);

    static native String strerror(int errno);

    /** An exception for this thread's last failed call. */
    static IOException failure(String what) {
        return failure(what, Native.getLastError());
    }

    static IOException failure(String what, int errno) {
        return new IOException(what + ": " + strerror(errno));
    }
}
