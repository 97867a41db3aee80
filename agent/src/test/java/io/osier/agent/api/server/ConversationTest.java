package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiEndpoint;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.api.client.Conversation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both sides talk, over real sockets. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConversationTest {
    private static final Talk ECHO = other -> {
        for (byte[] said = other.receive(); said != null; said = other.receive()) {
            other.send(said);
        }
    };

    private ApiServer server;
    private ApiClient client;

    private volatile ApiRoutes routes = request -> ApiResponse.talk(ECHO);

    @BeforeEach
    void listen(@TempDir Path directory) throws IOException {
        server = ApiServer.listen(directory.resolve("api.sock"), request -> routes.answer(request));
        client = new ApiClient(directory.resolve("api.sock"));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsSaidArrivesInItsOrder() throws Exception {
        try (Conversation agent = client.converse("/")) {
            agent.send(bytes("one"));
            agent.send(bytes("two"));
            assertThat(agent.receive()).isEqualTo(bytes("one"));
            assertThat(agent.receive()).isEqualTo(bytes("two"));
        }
    }

    @Test
    void theAgentHangsUp() throws Exception {
        routes = request -> ApiResponse.talk(other -> other.send(bytes("goodbye")));
        try (Conversation agent = client.converse("/")) {
            assertThat(agent.receive()).isEqualTo(bytes("goodbye"));
            assertThat(agent.receive()).isNull();
            assertThat(agent.receive()).as("asked again").isNull();
        }
    }

    @Test
    void theAgentsLastWordArrivesWhileTheOtherTalks() throws Exception {
        routes = request -> ApiResponse.talk(other -> {
            other.receive();
            other.send(bytes("goodbye"));
        });
        for (int i = 0; i < 100; i++) {
            try (Conversation agent = client.converse("/")) {
                Thread talker = new Thread(() -> talkOn(agent));
                talker.start();
                assertThat(agent.receive()).as("conversation %d", i).isEqualTo(bytes("goodbye"));
                assertThat(agent.receive()).isNull();
                talker.join();
            }
        }
    }

    private static void talkOn(Conversation agent) {
        try {
            while (true) {
                agent.send(new byte[30_000]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessage("connection closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theAgentLearnsThatTheOtherHasHungUp() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        routes = request -> ApiResponse.talk(other -> {
            other.whenClosed(closed::countDown);
            end.complete(other.receive() == null ? "hung up" : "goes on");
        });
        client.converse("/").close();
        assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("hung up");
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aRefusalIsTheAgentsOwn() {
        routes = request -> {
            throw new ApiError(404, "NotFound", "pods \"web\" not found");
        };
        assertThatThrownBy(() -> client.converse("/"))
                .hasMessage("pods \"web\" not found")
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(404));
    }

    @Test
    void whoeverDoesNotAskForAWebSocketGetsNone() {
        AtomicInteger talks = new AtomicInteger();
        routes = request -> ApiResponse.talk(other -> talks.incrementAndGet());
        assertThatThrownBy(() -> client.get("/"))
                .hasMessageContaining("a WebSocket has to be asked for")
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(400));
        assertThat(talks).hasValue(0);
    }

    @Test
    void theTokenIsAskedForHereAsWell() throws Exception {
        InetSocketAddress address = TestAgent.freeAddress();
        try (ApiServer inOverlay = ApiServer.listen(address, "the-token", routes);
                ApiClient knows = new ApiClient(ApiEndpoint.remote(TestAgent.hostPort(address), "the-token"));
                ApiClient guesses = new ApiClient(ApiEndpoint.remote(TestAgent.hostPort(address), "guess"))) {
            assertThat(inOverlay).isNotNull();
            try (Conversation agent = knows.converse("/")) {
                agent.send(bytes("hello"));
                assertThat(agent.receive()).isEqualTo(bytes("hello"));
            }
            assertThatThrownBy(() -> guesses.converse("/"))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(401));
        }
    }

    @Test
    void whoeverTalksTooFastWaitsAndNothingIsLost() throws Exception {
        int messages = 5_000;
        AtomicInteger sent = new AtomicInteger();
        routes = request -> ApiResponse.talk(other -> {
            for (int i = 0; i < messages; i++) {
                other.send(ByteBuffer.allocate(60_000).putInt(i).array());
                sent.incrementAndGet();
            }
        });
        try (Conversation agent = client.converse("/")) {
            assertThat(agent.receive()).isNotNull();
            Awaitility.await().during(300, TimeUnit.MILLISECONDS).until(() -> sent.get() < messages / 2);
            for (int i = 1; i < messages; i++) {
                byte[] message = agent.receive();
                assertThat(message).hasSize(60_000);
                assertThat(ByteBuffer.wrap(message).getInt()).isEqualTo(i);
            }
            assertThat(agent.receive()).isNull();
        }
    }

    @Test
    void aLongCommandFitsTheQuestion() throws Exception {
        String word = "x".repeat(100_000);
        routes = request -> ApiResponse.talk(
                other -> other.send(bytes(request.parameters("command").get(0))));
        try (Conversation agent = client.converse("/?command=" + word)) {
            assertThat(agent.receive()).isEqualTo(bytes(word));
        }
    }

    @Test
    void anAnswerThatDiesOfAnErrorEndsTheConnection() {
        routes = request -> {
            throw new AssertionError("as if there were no memory left");
        };
        assertThatThrownBy(() -> client.get("/"))
                .isInstanceOf(ApiException.class)
                .hasMessageNotContaining("did not answer within");
    }

    @Test
    void aMessageThatIsTooLongEndsIt() throws Exception {
        try (Conversation agent = client.converse("/")) {
            try {
                agent.send(new byte[Conversation.MAX_MESSAGE_BYTES + 1]);
            } catch (IOException e) {
                assertThat(e).as("refused while it was sent").hasMessage("connection closed");
            }
            assertThat(agent.receive()).isNull();
        }
    }

    @Test
    void breakingOffFreesWhoeverWaitsToSend() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        routes = request -> ApiResponse.talk(other -> {
            try {
                while (true) {
                    other.send(new byte[60_000]);
                }
            } catch (IOException e) {
                end.complete(e.getMessage());
            }
        });
        Conversation agent = client.converse("/");
        assertThat(agent.receive()).isNotNull();
        agent.abort();
        assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("connection closed");
    }
}
