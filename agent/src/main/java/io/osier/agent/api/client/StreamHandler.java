package io.osier.agent.api.client;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Hands the body of an answer through as it arrives. */
final class StreamHandler extends SimpleChannelInboundHandler<HttpObject> {
    private final PacedQueue chunks = new PacedQueue();
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
                chunks.add(context.channel(), bytes);
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

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (status >= 400) {
            failure = new ApiException(status, new ApiAnswer(status, "", refusal.toByteArray()).message());
        }
        chunks.end();
    }

    private final class Body extends InputStream {
        private byte[] chunk = {};
        private int position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (position == chunk.length && !next()) {
                return -1;
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
            byte[] taken;
            try {
                taken = chunks.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (taken != null) {
                chunk = taken;
                position = 0;
                return true;
            }
            ApiException failed = failure;
            if (failed != null) {
                throw failed;
            }
            return false;
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
