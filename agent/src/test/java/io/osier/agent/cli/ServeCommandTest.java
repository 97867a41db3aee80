package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code osier serve}: who answers, and who asked. */
@Timeout(60)
class ServeCommandTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void saysWhoAnsweredAndWhoAskedAndKnowsNothingElse() throws Exception {
        int port = freePort();
        var executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "serve");
            thread.setDaemon(true);
            return thread;
        });
        executor.submit(() -> Dialogue.of("serve", "--port", Integer.toString(port), "--version", "2.0"));
        try {
            Awaitility.await()
                    .ignoreException(IOException.class)
                    .until(() -> get(port, "/info").statusCode() == 200);

            HttpResponse<String> info = get(port, "/info");
            assertThat(info.headers().firstValue("Content-Type")).contains("application/json");
            var answer = Json.parse(info.body().getBytes(StandardCharsets.UTF_8));
            assertThat(answer.path("host").asString())
                    .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/hostname"))
                            .strip());
            assertThat(answer.path("version").asString()).isEqualTo("2.0");
            assertThat(answer.path("from").asString()).isEqualTo("127.0.0.1");

            HttpResponse<String> other = get(port, "/other");
            assertThat(other.statusCode()).isEqualTo(404);
            assertThat(other.body()).startsWith("{");
        } finally {
            executor.shutdownNow();
        }
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
