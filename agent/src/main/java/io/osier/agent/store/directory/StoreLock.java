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
 *
 * <p>The file is opened anew for each turn: a channel that lived longer would be closed for good by the interruption of any
 * one thread.
 */
final class StoreLock {
    /**
     * File locks are held by the whole process, and closing the file anywhere in it gives them back, so its threads and its
     * stores take turns here first.
     */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final Path file;

    StoreLock(Path file) {
        this.file = file;
    }

    /** What is done under the lock. */
    interface Action<T> {
        T run(Turn turn) throws IOException;
    }

    <T> T run(Action<T> action) throws IOException {
        THREADS.lock();
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            return action.run(new Turn(channel, held));
        } finally {
            THREADS.unlock();
        }
    }

    /** A writer's turn: nobody else writes until it is over. */
    static final class Turn {
        private final FileChannel channel;

        private Turn(FileChannel channel, FileLock held) {
            if (!held.isValid()) {
                throw new IllegalStateException("a turn without the lock");
            }
            this.channel = channel;
        }

        /** The last revision given; 0 if there was none yet. */
        long lastRevision() throws IOException {
            ByteBuffer revision = ByteBuffer.allocate(Long.BYTES);
            return channel.read(revision, 0) == Long.BYTES ? revision.getLong(0) : 0;
        }

        /** Gives the next revision. It is counted before it is used, so that a writer that dies leaves a gap, never a double. */
        long nextRevision() throws IOException {
            long revision = lastRevision() + 1;
            setRevision(revision);
            return revision;
        }

        void setRevision(long revision) throws IOException {
            channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, revision), 0);
        }
    }
}
