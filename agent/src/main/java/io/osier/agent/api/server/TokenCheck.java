package io.osier.agent.api.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets only those ask who know the cluster's token (RFC 6750); others are told no more than that. */
final class TokenCheck extends ChannelInboundHandlerAdapter {
    private final byte[] expected;
    private boolean admitted;

    TokenCheck(String token) {
        expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest request) {
            String shown = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
            admitted = MessageDigest.isEqual(expected, shown.getBytes(StandardCharsets.UTF_8));
            if (!admitted) {
                context.writeAndFlush(new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1, HttpResponseStatus.UNAUTHORIZED, Unpooled.EMPTY_BUFFER))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        }
        if (admitted) {
            super.channelRead(context, message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }
}
