package io.osier.agent.api.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.osier.agent.model.Json;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Asks one agent; a connection for each question. Safe for any thread. */
public final class ApiClient implements AutoCloseable {
    /** How long a question may take. */
    public static final Duration DEADLINE = Duration.ofSeconds(30);

    /** A machine that is lost refuses nothing: Netty alone would wait 30 s, longer than whoever asks. */
    private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(3);

    /** No more of a log is told at once: whoever gets so much asks for what follows. */
    public static final int LOG_BYTES = 2 << 20;

    private static final String HOST = "osier";
    private static final int MAX_ANSWER_BYTES = 256 << 20;

    private final ApiEndpoint endpoint;
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1,
            task -> {
                Thread thread = new Thread(task, "osier-api-client");
                thread.setDaemon(true);
                return thread;
            },
            NioIoHandler.newFactory());

    public ApiClient(ApiEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** The agent of this machine that listens at the socket. */
    public ApiClient(Path socket) {
        this(ApiEndpoint.unix(socket));
    }

    public JsonNode get(String path) {
        return json(ask(HttpMethod.GET, path, null, DEADLINE));
    }

    /** The same for an answer that must not take long. */
    public JsonNode get(String path, Duration deadline) {
        return json(ask(HttpMethod.GET, path, null, deadline));
    }

    public String getText(String path) {
        return ask(HttpMethod.GET, path, null, DEADLINE).text();
    }

    public byte[] getBytes(String path) {
        return ask(HttpMethod.GET, path, null, DEADLINE).body();
    }

    public JsonNode post(String path, JsonNode body) {
        return json(ask(HttpMethod.POST, path, body, DEADLINE));
    }

    public JsonNode put(String path, JsonNode body) {
        return json(ask(HttpMethod.PUT, path, body, DEADLINE));
    }

    public JsonNode delete(String path) {
        return json(ask(HttpMethod.DELETE, path, null, DEADLINE));
    }

    /** Asks and returns the answer as it comes, whatever its status. */
    public ApiAnswer ask(HttpMethod method, String path, @Nullable JsonNode body, Duration deadline) {
        AnswerHandler handler = new AnswerHandler();
        Channel channel = connect(deadline, new HttpObjectAggregator(MAX_ANSWER_BYTES), handler);
        try {
            channel.writeAndFlush(request(method, path, body));
            ApiAnswer answer = await(handler.answer(), deadline);
            if (answer.status() >= 400) {
                throw new ApiException(answer.status(), answer.message());
            }
            return answer;
        } finally {
            channel.close();
        }
    }

    private <T> T await(Future<T> future, Duration deadline) {
        try {
            return future.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException refusal) {
                throw refusal;
            }
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new ApiException(
                    ApiException.UNREACHABLE,
                    "agent at " + endpoint + " did not answer within " + deadline.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ApiException.UNREACHABLE, "interrupted");
        }
    }

    /** The body of the answer as it arrives; closing it ends the question. */
    public InputStream stream(String path) {
        StreamHandler handler = new StreamHandler();
        Channel channel = connect(DEADLINE, handler);
        handler.bind(channel);
        channel.writeAndFlush(request(HttpMethod.GET, path, null));
        return handler.body();
    }

    /** Opens a WebSocket for {@link ExecMessage}s, which lasts until one side hangs up. */
    public Conversation converse(String path) {
        HttpHeaders headers = new DefaultHttpHeaders();
        authorize(headers);
        ConversationBeginning beginning = new ConversationBeginning(WebSocketClientHandshakerFactory.newHandshaker(
                URI.create("ws://" + HOST + path),
                WebSocketVersion.V13,
                ExecMessage.SUBPROTOCOL,
                false,
                headers,
                Conversation.MAX_MESSAGE_BYTES));
        Channel channel = connect(DEADLINE, new HttpObjectAggregator(MAX_ANSWER_BYTES), beginning);
        try {
            return await(beginning.granted(), DEADLINE);
        } catch (ApiException e) {
            channel.close();
            throw e;
        }
    }

    private Channel connect(Duration deadline, ChannelHandler... handlers) {
        long connectMillis = Math.min(deadline.toMillis(), CONNECT_DEADLINE.toMillis());
        try {
            return new Bootstrap()
                    .group(loop)
                    .channel(endpoint.isUnix() ? NioDomainSocketChannel.class : NioSocketChannel.class)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectMillis)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new HttpClientCodec()).addLast(handlers);
                        }
                    })
                    .connect(endpoint.address())
                    .sync()
                    .channel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ApiException.UNREACHABLE, "interrupted");
        } catch (Exception e) { // Netty throws the connect's own checked exception out of sync()
            throw unreachable(e);
        }
    }

    private ApiException unreachable(Throwable cause) {
        return new ApiException(
                ApiException.UNREACHABLE, "no agent answers at " + endpoint + ": " + cause.getMessage());
    }

    private FullHttpRequest request(HttpMethod method, String path, @Nullable JsonNode body) {
        byte[] bytes = body == null ? new byte[0] : Json.bytes(body);
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path, Unpooled.wrappedBuffer(bytes));
        request.headers()
                .set(HttpHeaderNames.HOST, HOST)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length)
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        authorize(request.headers());
        return request;
    }

    private void authorize(HttpHeaders headers) {
        String token = endpoint.token();
        if (token != null) {
            headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
        }
    }

    private static JsonNode json(ApiAnswer answer) {
        return Json.parse(answer.body());
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
