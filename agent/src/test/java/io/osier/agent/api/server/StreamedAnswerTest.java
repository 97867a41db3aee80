package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that go on for as long as the reader stays, over a real socket. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamedAnswerTest {
    @TempDir
    private Path directory;

    private ApiServer server;
    private ApiClient client;

    private volatile ApiRoutes routes = request -> {
        throw new IllegalStateException("no test asks this");
    };

    @BeforeEach
    void listen() throws IOException {
        server = ApiServer.listen(directory.resolve("api.sock"), request -> routes.answer(request));
        client = new ApiClient(directory.resolve("api.sock"));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void reachAReaderThatPausesWhole() throws Exception {
        int chunks = 50_000;
        routes = request -> ApiResponse.stream(out -> {
            for (int i = 0; i < chunks; i++) {
                out.write(i);
            }
        });

        try (InputStream in = client.stream("/")) {
            for (int i = 0; i < chunks; i++) {
                if (i % 10_000 == 0) {
                    // Long enough for the queue in between to fill.
                    TimeUnit.MILLISECONDS.sleep(100);
                }
                assertThat(in.read()).isEqualTo(i & 0xff);
            }
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void makeTheWriterWaitForAReaderThatDoesNotRead() throws Exception {
        AtomicInteger written = new AtomicInteger();
        routes = request -> ApiResponse.stream(out -> {
            byte[] chunk = new byte[60_000];
            for (int i = 0; i < 10_000; i++) {
                out.write(chunk);
                written.incrementAndGet();
            }
        });

        try (InputStream in = client.stream("/")) {
            assertThat(in.read()).isZero();
            Awaitility.await().during(500, TimeUnit.MILLISECONDS).until(() -> written.get() < 5_000);
        }
    }

    @Test
    void endWhenTheReaderGoes() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        routes = request -> ApiResponse.stream(out -> {
            try {
                while (true) {
                    out.write(1);
                }
            } catch (IOException e) {
                end.complete(e.getMessage());
                throw e;
            }
        });

        InputStream in = client.stream("/");
        assertThat(in.read()).isEqualTo(1);
        in.close();

        assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("connection closed");
    }

    @Test
    void areRefusedInWords() throws Exception {
        routes = request -> {
            throw new ApiError(400, "BadRequest", "filter \"x y\": syntax error");
        };

        try (InputStream in = client.stream("/")) {
            assertThatThrownBy(in::read)
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
                    .hasMessage("filter \"x y\": syntax error");
        }
    }
}
