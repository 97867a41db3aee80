package io.osier.agent.api.server;

import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back: a body, or somebody who writes one for as long as it takes, or goes on with it as a conversation.
 *
 * @param stream writes the body itself if not null
 * @param talk holds the conversation if not null
 * @param headers beside those that every answer has
 */
@SuppressWarnings("ArrayRecordComponent") // the body as it goes; nobody compares it
public record ApiResponse(
        int status,
        String contentType,
        byte[] body,
        @Nullable BodyWriter stream,
        @Nullable Talk talk,
        Map<String, String> headers) {
    /** With no headers of its own. */
    public ApiResponse(int status, String contentType, byte[] body, @Nullable BodyWriter stream) {
        this(status, contentType, body, stream, null, Map.of());
    }

    static ApiResponse json(int status, Object value) {
        return new ApiResponse(status, "application/json", Json.bytes(value), null);
    }

    static ApiResponse text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    static ApiResponse text(byte[] text) {
        return new ApiResponse(200, "text/plain; charset=utf-8", text, null);
    }

    static ApiResponse metrics(MetricsPage page) {
        return new ApiResponse(200, MetricsPage.CONTENT_TYPE, page.write(), null);
    }

    static ApiResponse stream(BodyWriter writer) {
        return new ApiResponse(200, "application/octet-stream", new byte[0], writer);
    }

    static ApiResponse talk(Talk talk) {
        return new ApiResponse(101, "", new byte[0], null, talk, Map.of());
    }
}
