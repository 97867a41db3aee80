package io.osier.agent.api.client;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.osier.agent.model.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Hands the body of an answer through as it arrives. The reader sets the pace: while its queue is full, nothing more is read
 * from the socket. Only the channel's thread pauses reading and goes on with it; the reader asks for that.
 */
final class StreamHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final int PAUSE_CHUNKS = 256;
    private static final int RESUME_CHUNKS = 64;
    private static final byte[] END = {};

    /** Holds what is queued when reading pauses, and what one last read from the socket makes of it. */
    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();

    private volatile boolean paused;
    private final ByteArrayOutputStream refusal = new ByteArrayOutputStream();
    private volatile @Nullable Channel channel;
    private volatile @Nullable ApiException failure;
    private int status;
    private boolean ended;

    void bind(Channel channel) {
        this.channel = channel;
    }

    InputStream body() {
        return new Body();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpResponse response) {
            status = response.status().code();
        }
        if (message instanceof HttpContent content) {
            byte[] bytes = ByteBufUtil.getBytes(content.content());
            if (status >= 400) {
                refusal.writeBytes(bytes);
            } else if (bytes.length > 0) {
                chunks.add(bytes);
                if (chunks.size() >= PAUSE_CHUNKS) {
                    pause(context.channel());
                }
            }
            if (message instanceof LastHttpContent) {
                end();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failure = new ApiException(ApiException.UNREACHABLE, "the connection broke: " + cause.getMessage());
        context.close();
    }

    private void pause(Channel from) {
        from.config().setAutoRead(false);
        paused = true;
        // The reader may have emptied the queue in between and found nothing to ask for.
        resumeIfDrained(from);
    }

    private void resumeIfDrained(Channel from) {
        if (paused && isDrained()) {
            paused = false;
            from.config().setAutoRead(true);
        }
    }

    private boolean isDrained() {
        return chunks.size() <= RESUME_CHUNKS;
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (status >= 400) {
            failure = new ApiException(
                    status, Json.parse(refusal.toByteArray()).path("message").asString("HTTP status " + status));
        }
        chunks.add(END);
    }

    private final class Body extends InputStream {
        private byte[] chunk = {};
        private int position;
        private boolean atEnd;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (position == chunk.length) {
                if (atEnd || !next()) {
                    return -1;
                }
            }
            int count = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public int available() {
            return chunk.length - position;
        }

        private boolean next() throws IOException {
            try {
                chunk = chunks.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            position = 0;
            Channel bound = channel;
            if (bound != null && paused && isDrained()) {
                askToResume(bound);
            }
            atEnd = chunk == END;
            ApiException failed = failure;
            if (atEnd && failed != null) {
                throw failed;
            }
            return !atEnd;
        }

        private void askToResume(Channel bound) {
            try {
                bound.eventLoop().execute(() -> resumeIfDrained(bound));
            } catch (RejectedExecutionException e) {
                // The client is closed: the end of the stream is queued.
            }
        }

        @Override
        public void close() {
            Channel bound = channel;
            if (bound != null) {
                bound.close();
            }
        }
    }
}
