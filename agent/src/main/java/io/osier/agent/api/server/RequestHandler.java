package io.osier.agent.api.server;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.osier.agent.api.client.Conversation;
import io.osier.agent.model.ValidationException;
import io.osier.agent.store.StoreException;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the one question of a connection, off the event loop, and closes it. */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final ApiRoutes routes;
    private final ExecutorService answers;

    RequestHandler(ApiRoutes routes, ExecutorService answers) {
        this.routes = routes;
        this.answers = answers;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
        if (!http.decoderResult().isSuccess()) {
            send(context, error(new ApiError(400, "BadRequest", "not an HTTP request")));
            return;
        }
        byte[] body = ByteBufUtil.getBytes(http.content());
        String method = http.method().name();
        String uri = http.uri();
        FullHttpRequest head = http.replace(Unpooled.EMPTY_BUFFER);
        answers.execute(() -> {
            ApiResponse response;
            try {
                response = answer(routes, method, uri, body);
            } catch (Error e) { // nobody waits in vain
                context.close();
                throw e;
            }
            Talk talk = response.talk();
            if (talk == null) {
                send(context, response);
            } else {
                converse(context, head, talk);
            }
        });
    }

    private void converse(ChannelHandlerContext context, FullHttpRequest head, Talk talk) {
        try (Conversation other = WebSocketUpgrade.grant(context.channel(), head)) {
            talk.with(other);
        } catch (ApiError e) {
            send(context, error(e));
        } catch (IOException e) {
            LOG.debug("the other side has gone: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("a conversation broke off: {}", e.getMessage());
        }
    }

    /** Whatever is asked, there is an answer. */
    static ApiResponse answer(ApiRoutes routes, String method, String uri, byte[] body) {
        try {
            return routes.answer(ApiRequest.of(method, uri, body));
        } catch (ApiError e) {
            return error(e);
        } catch (ValidationException e) {
            return error(ApiError.invalid(String.valueOf(e.getMessage())));
        } catch (IllegalArgumentException e) {
            return error(new ApiError(400, "BadRequest", String.valueOf(e.getMessage())));
        } catch (StoreException e) {
            return error(new ApiError(503, "ServiceUnavailable", String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", method, uri, e);
            return error(new ApiError(500, "InternalError", "the agent failed: " + e + ": see its log"));
        }
    }

    private static ApiResponse error(ApiError error) {
        return ApiResponse.json(error.code(), error.status());
    }

    private void send(ChannelHandlerContext context, ApiResponse response) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(response.status());
        BodyWriter writer = response.stream();
        if (writer == null) {
            var whole =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(response.body()));
            describe(whole.headers(), response);
            whole.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
            context.writeAndFlush(whole).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        describe(head.headers(), response);
        head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        context.writeAndFlush(head);
        try (ChunkedBody out = new ChunkedBody(context)) {
            writer.writeTo(out);
        } catch (IOException e) {
            LOG.debug("the reader has gone: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Without its last part the reader can tell that the answer was cut.
            LOG.warn("an answer broke off: {}", e.getMessage());
            context.close();
            return;
        }
        context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
    }

    private static void describe(HttpHeaders headers, ApiResponse response) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, response.contentType())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        response.headers().forEach(headers::set);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("connection closed: {}", cause.toString());
        context.close();
    }
}
