package io.osier.agent.api.client;

import io.netty.channel.Channel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What has come from a channel and waits for its reader, who sets the pace: while it is full, nothing more is read from the
 * socket. Only the channel's thread pauses reading and goes on with it; the reader asks for that.
 */
final class PacedQueue {
    private static final int PAUSE_CHUNKS = 256;
    private static final int RESUME_CHUNKS = 64;
    private static final long PAUSE_BYTES = 1 << 20;
    private static final long RESUME_BYTES = 256 << 10;
    private static final byte[] END = {};

    /** Holds what is queued when reading pauses, and what one last read from the socket makes of it. */
    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();

    private final AtomicLong bytes = new AtomicLong();
    private volatile @Nullable Channel paused;

    /** By the channel's thread. */
    private boolean dropping;

    /** By the channel's thread: some bytes, at least one. */
    void add(Channel from, byte[] chunk) {
        if (dropping) {
            return;
        }
        chunks.add(chunk);
        if (bytes.addAndGet(chunk.length) >= PAUSE_BYTES || chunks.size() >= PAUSE_CHUNKS) {
            from.config().setAutoRead(false);
            paused = from;
            // The reader may have emptied the queue in between and found nothing to ask for.
            resumeIfDrained(from);
        }
    }

    /** By the channel's thread: nobody waits for what comes from now on, and all of it is read. */
    void drop(Channel from) {
        dropping = true;
        paused = null;
        from.config().setAutoRead(true);
    }

    /** Nothing more comes. */
    void end() {
        chunks.add(END);
    }

    /** What has come next, once it has; null at the end. */
    byte @Nullable [] take() throws InterruptedException {
        byte[] chunk = chunks.take();
        if (chunk == END) {
            chunks.add(END); // for whoever asks again
            return null;
        }
        bytes.addAndGet(-chunk.length);
        Channel from = paused;
        if (from != null && isDrained()) {
            askToResume(from);
        }
        return chunk;
    }

    private void askToResume(Channel from) {
        try {
            from.eventLoop().execute(() -> resumeIfDrained(from));
        } catch (RejectedExecutionException e) {
            // The client is closed: the end is queued.
        }
    }

    private void resumeIfDrained(Channel from) {
        if (paused != null && isDrained()) {
            paused = null;
            from.config().setAutoRead(true);
        }
    }

    private boolean isDrained() {
        return chunks.size() <= RESUME_CHUNKS && bytes.get() <= RESUME_BYTES;
    }
}
