package io.osier.agent.store.directory;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Path;

/** Flushes everything that was written to a file system, in one call instead of one a file. */
final class FileSystemSync {
    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x8_0000; // on x86-64 and arm64 alike

    static {
        Native.register(FileSystemSync.class, "c");
    }

    private FileSystemSync() {}

    private static native int open(String path, int flags);

    private static native int syncfs(int fd);

    private static native int close(int fd);

    /** Returns when all that was written to the folder's file system so far, by anybody, is on the disk. */
    static void flush(Path folder) throws IOException {
        int fd = open(folder.toString(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            throw new IOException(folder + ": open: errno " + Native.getLastError());
        }
        try {
            if (syncfs(fd) != 0) {
                throw new IOException(folder + ": syncfs: errno " + Native.getLastError());
            }
        } finally {
            close(fd);
        }
    }
}
