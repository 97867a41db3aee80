package io.osier.agent.api.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.io.EOFException;
import java.util.concurrent.CompletableFuture;

/** Asks for a WebSocket, and makes way for the conversation once it is granted. */
final class ConversationBeginning extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final WebSocketClientHandshaker handshaker;
    private final CompletableFuture<Conversation> granted = new CompletableFuture<>();

    ConversationBeginning(WebSocketClientHandshaker handshaker) {
        this.handshaker = handshaker;
    }

    /** Fails with an {@link ApiException} if the agent says no. */
    CompletableFuture<Conversation> granted() {
        return granted;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        handshaker.handshake(context.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        if (!HttpResponseStatus.SWITCHING_PROTOCOLS.equals(response.status())) {
            ApiAnswer refusal = ApiAnswer.of(response);
            granted.completeExceptionally(new ApiException(refusal.status(), refusal.message()));
            context.close();
            return;
        }
        Conversation conversation = new Conversation(context.channel());
        handshaker.finishHandshake(context.channel(), response);
        context.pipeline()
                .addLast(new WebSocketFrameAggregator(Conversation.MAX_MESSAGE_BYTES), conversation)
                .remove(this);
        conversation.expectPings();
        granted.complete(conversation);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        granted.completeExceptionally(new EOFException("the connection was closed before the answer"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        granted.completeExceptionally(cause);
        context.close();
    }
}
