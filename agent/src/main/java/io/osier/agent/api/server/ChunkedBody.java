package io.osier.agent.api.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.io.OutputStream;

/** A body that is written while it is made; a write waits for the one before it, so that a slow reader is not drowned. */
final class ChunkedBody extends OutputStream {
    private final ChannelHandlerContext context;

    ChunkedBody(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (!context.channel().isActive()) {
            throw new IOException("connection closed");
        }
        var written = context.writeAndFlush(new DefaultHttpContent(Unpooled.copiedBuffer(bytes, offset, length)));
        if (!written.awaitUninterruptibly().isSuccess()) {
            throw new IOException("connection closed", written.cause());
        }
    }
}
