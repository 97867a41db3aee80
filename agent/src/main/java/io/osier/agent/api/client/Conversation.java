package io.osier.agent.api.client;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One end of a WebSocket (RFC 6455), once it is open: both sides send messages whenever they like, until one hangs up. One thread
 * receives; any may send, and waits while the other side is slow.
 */
public final class Conversation extends SimpleChannelInboundHandler<WebSocketFrame> implements AutoCloseable {
    /** Longer messages end the conversation. */
    public static final int MAX_MESSAGE_BYTES = 1 << 20;

    /** While nothing is said agents ping every five seconds; one that is silent for so many looks is lost. */
    private static final int SILENT_LOOKS = 4;

    private static final long LOOK_SECONDS = 5;

    private final Channel channel;
    private final PacedQueue messages = new PacedQueue();

    /** By the channel's thread. */
    private boolean hungUp;

    /** By the channel's thread: how many looks ago the other side was heard. */
    private int silence;

    /** To be the last in the channel's pipeline. */
    public Conversation(Channel channel) {
        this.channel = channel;
    }

    /** Returns when the message is on its way. */
    public void send(byte[] message) throws IOException, InterruptedException {
        var sent = channel.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message)));
        if (!sent.await().isSuccess()) {
            throw new IOException("connection closed", sent.cause());
        }
    }

    /** The other side's next message, of at least one byte, once it has come; null when it has hung up. */
    public byte @Nullable [] receive() throws InterruptedException {
        return messages.take();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        silence = 0;
        if (frame instanceof PingWebSocketFrame) {
            context.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
        } else if (frame instanceof CloseWebSocketFrame) {
            hangUp();
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else if (frame instanceof BinaryWebSocketFrame && frame.content().isReadable()) {
            messages.add(context.channel(), ByteBufUtil.getBytes(frame.content()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        messages.end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /** Has this done, on the channel's thread, once either side has hung up or the connection is lost. */
    public void whenClosed(Runnable task) {
        channel.closeFuture().addListener(closed -> task.run());
    }

    /** By the channel's thread: breaks off when the other side, which pings, is not heard for a while, though this one listens. */
    void expectPings() {
        var looks = channel.eventLoop()
                .scheduleWithFixedDelay(
                        () -> {
                            silence = channel.config().isAutoRead() ? silence + 1 : 0;
                            if (silence > SILENT_LOOKS) {
                                abort();
                            }
                        },
                        LOOK_SECONDS,
                        LOOK_SECONDS,
                        TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> looks.cancel(false));
    }

    /** Breaks off; what is on its way is lost. */
    public void abort() {
        channel.close();
    }

    /**
     * Hangs up, and drops what is still said. The connection is closed when the other side has hung up, too (RFC 6455, section
     * 7.1.1): closed while something is on its way here, it would be reset, and lose the other side what it has yet to read.
     */
    @Override
    public void close() {
        try {
            channel.eventLoop().execute(this::hangUp);
        } catch (RejectedExecutionException e) {
            // The connection has ended with the client.
        }
    }

    private void hangUp() {
        if (!hungUp) {
            hungUp = true;
            messages.drop(channel);
            channel.writeAndFlush(new CloseWebSocketFrame());
        }
    }
}
