package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.server.ApiRequest;
import io.osier.agent.api.server.ApiResponse;
import io.osier.agent.api.server.ApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PodLogTest {
    @TempDir
    private Path directory;

    private volatile byte[] printed = {};
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private ApiServer server;
    private ApiClient client;

    @BeforeEach
    void listen() throws IOException {
        Path socket = directory.resolve("api.sock");
        server = ApiServer.listen(socket, this::answer);
        client = new ApiClient(socket);
    }

    private ApiResponse answer(ApiRequest request) {
        byte[] all = printed;
        int after = Integer.parseInt(
                request.query().getOrDefault("after", List.of("0")).get(0));
        questions.add(request.uri());
        return after > all.length
                ? new ApiResponse(416, "application/json", "{}".getBytes(StandardCharsets.UTF_8), null)
                : new ApiResponse(
                        200,
                        "text/plain",
                        Arrays.copyOfRange(all, after, Math.min(all.length, after + ApiClient.LOG_BYTES)),
                        null);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void bytesThatAreNoTextStayWhatTheyAre() {
        printed = new byte[] {(byte) 0xff, (byte) 0xfe, '\n'};
        assertThat(new PodLog("/log?", "", -1).next(client)).isEqualTo(printed);
    }

    @Test
    void aLongLogComesInPieces() {
        printed = ("x".repeat(ApiClient.LOG_BYTES - 1) + "\na\nb\n").getBytes(StandardCharsets.UTF_8);
        PodLog log = new PodLog("/log?", "", -1);
        assertThat(log.next(client)).hasSize(ApiClient.LOG_BYTES);
        assertThat(log.isBehind()).isTrue();
        assertThat(log.next(client)).isEqualTo("a\nb\n".getBytes(StandardCharsets.UTF_8));
        assertThat(log.isBehind()).isFalse();

        PodLog end = new PodLog("/log?", "", 2);
        assertThat(end.next(client)).as("the last two lines").isEqualTo("a\nb\n".getBytes(StandardCharsets.UTF_8));
        assertThat(end.isBehind()).isFalse();
    }

    @Test
    void whatWasShownIsNotShownAgainUntilTheLogBeginsAnew() {
        PodLog log = new PodLog("/log?", "", 1);
        assertThat(next(log, "a\nb\n")).isEqualTo("b\n");
        assertThat(next(log, "a\nb\nc\n")).isEqualTo("c\n");
        assertThat(next(log, "a\nb\nc\n")).isEmpty();
        assertThat(next(log, "d\n")).isEqualTo("d\n");
        assertThat(questions).containsExactly("/log?", "/log?&after=4", "/log?&after=6", "/log?&after=6", "/log?");
    }

    @Test
    void aLineThatComesInPartsHasOnePrefix() {
        PodLog log = new PodLog("/log?", "[x] ", -1);
        assertThat(next(log, "a\nb")).isEqualTo("[x] a\n[x] b");
        assertThat(next(log, "a\nbc\nd\n")).isEqualTo("c\n[x] d\n");
    }

    private String next(PodLog log, String all) {
        printed = all.getBytes(StandardCharsets.UTF_8);
        return new String(log.next(client), StandardCharsets.UTF_8);
    }
}
