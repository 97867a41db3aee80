package io.osier.agent.cli;

import io.osier.agent.api.server.ApiRequest;
import io.osier.agent.api.server.ApiResponse;
import io.osier.agent.api.server.ApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An agent that gives the answers which a test has told it, and notes what it was asked. */
final class FakeAgent implements AutoCloseable {
    private final Path socket;
    private final ApiServer server;
    private final Map<String, Deque<ApiResponse>> answers = new ConcurrentHashMap<>();
    private final List<String> questions = Collections.synchronizedList(new ArrayList<>());

    FakeAgent(Path socket) throws IOException {
        this.socket = socket;
        server = ApiServer.listen(socket, this::answer);
    }

    Path socket() {
        return socket;
    }

    /** Answers this question so; given again, first one way and then the other, whose last stays. */
    FakeAgent on(String question, int status, String body) {
        answers.computeIfAbsent(question, asked -> new ArrayDeque<>())
                .add(new ApiResponse(status, "application/json", body.getBytes(StandardCharsets.UTF_8), null));
        return this;
    }

    /** Answers with this list of objects. */
    FakeAgent onList(String question, String... items) {
        return on(
                question, 200, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" + String.join(",", items) + "]}");
    }

    /** Every question with its body, in order: {@code POST /api/v1/pods?namespace=default {…}}. */
    List<String> questions() {
        return List.copyOf(questions);
    }

    private ApiResponse answer(ApiRequest request) {
        String question = request.method() + " " + request.uri();
        String body = new String(request.body(), StandardCharsets.UTF_8);
        questions.add(body.isEmpty() ? question : question + " " + body);
        Deque<ApiResponse> prepared = answers.get(question);
        if (prepared == null) {
            String message =
                    "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"not prepared: " + question + "\"}";
            return new ApiResponse(500, "application/json", message.getBytes(StandardCharsets.UTF_8), null);
        }
        synchronized (prepared) {
            return prepared.size() > 1 ? prepared.remove() : prepared.element();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
