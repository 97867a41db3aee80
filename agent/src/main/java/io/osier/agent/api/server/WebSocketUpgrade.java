package io.osier.agent.api.server;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.osier.agent.api.client.Conversation;
import io.osier.agent.api.client.ExecMessage;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Makes a WebSocket of the connection of a question that asks for one (RFC 6455, section 4.2). */
final class WebSocketUpgrade {
    /** While nothing is said it is seen by these whether the other side is still there. */
    private static final long PING_SECONDS = 5;

    private WebSocketUpgrade() {}

    /**
     * Lets both sides talk.
     *
     * @param head the question without its body
     * @throws ApiError if it does not ask for a WebSocket
     * @throws IOException if the connection is lost over it
     */
    static Conversation grant(Channel channel, FullHttpRequest head) throws IOException, InterruptedException {
        var handshakers = new WebSocketServerHandshakerFactory(
                "ws://osier" + head.uri(), ExecMessage.SUBPROTOCOL, false, Conversation.MAX_MESSAGE_BYTES);
        WebSocketServerHandshaker handshaker = handshakers.newHandshaker(head);
        if (handshaker == null) {
            throw notAsked("this version of WebSocket is not spoken here");
        }
        Conversation conversation = new Conversation(channel);
        // Nothing that has come may pass before somebody listens.
        Callable<Void> opening = () -> {
            handshaker.handshake(channel, head);
            channel.pipeline().addLast(new WebSocketFrameAggregator(Conversation.MAX_MESSAGE_BYTES), conversation);
            var pings = channel.eventLoop()
                    .scheduleAtFixedRate(
                            () -> channel.writeAndFlush(new PingWebSocketFrame()),
                            PING_SECONDS,
                            PING_SECONDS,
                            TimeUnit.SECONDS);
            channel.closeFuture().addListener(closed -> pings.cancel(false));
            return null;
        };
        var opened = channel.eventLoop().submit(opening).await();
        if (opened.cause() instanceof WebSocketHandshakeException e) {
            throw notAsked(String.valueOf(e.getMessage()));
        }
        if (!opened.isSuccess()) {
            throw new IOException("connection closed", opened.cause());
        }
        return conversation;
    }

    private static ApiError notAsked(String why) {
        return new ApiError(400, "BadRequest", "a WebSocket has to be asked for: " + why);
    }
}
