package io.osier.agent.store.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one writer at a time in, of all threads and processes. The file holds the last revision in eight bytes; the kernel gives
 * the lock back when its holder dies.
 */
final class StoreLock implements AutoCloseable {
    /** File locks are held by the whole process, so its threads and its stores take turns here first. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    static StoreLock open(Path file) throws IOException {
        return new StoreLock(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** What is done under the lock, given the last revision. */
    interface Action<T> {
        T run(long lastRevision) throws IOException;
    }

    <T> T run(Action<T> action) throws IOException {
        THREADS.lock();
        try (FileLock held = channel.lock()) {
            ByteBuffer revision = ByteBuffer.allocate(Long.BYTES);
            boolean known = channel.read(revision, 0) == Long.BYTES && held.isValid();
            return action.run(known ? revision.getLong(0) : 0);
        } finally {
            THREADS.unlock();
        }
    }

    /** Called under the lock only, and before the write that the revision is for. */
    void setRevision(long revision) throws IOException {
        channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, revision), 0);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw DirectoryStore.failure("close", "the lock", e);
        }
    }
}
