package io.osier.agent.api.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Takes requests whole, up to a size. One that is larger is refused in words; the rest of its body is read and thrown away, so
 * that whoever still writes it comes to read the answer.
 */
final class BoundedBody extends HttpObjectAggregator {
    private final int maxBytes;

    BoundedBody(int maxBytes) {
        super(maxBytes);
        this.maxBytes = maxBytes;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
        byte[] body = ApiResponse.json(
                        413,
                        new ApiError(413, "RequestEntityTooLarge", "the body is longer than " + maxBytes + " bytes")
                                .status())
                .body();
        var refusal = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, Unpooled.wrappedBuffer(body));
        refusal.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        context.writeAndFlush(refusal);
    }
}
