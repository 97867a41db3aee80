package io.osier.agent.api.client;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.osier.agent.model.Json;
import java.nio.charset.StandardCharsets;

/**
 * What an agent answered.
 *
 * @param status of HTTP
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came; nobody compares them
public record ApiAnswer(int status, String contentType, byte[] body) {
    static ApiAnswer of(FullHttpResponse response) {
        String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        return new ApiAnswer(response.status().code(), type, ByteBufUtil.getBytes(response.content()));
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Why it is a refusal. */
    String message() {
        try {
            return Json.parse(body).path("message").asString("HTTP status " + status);
        } catch (RuntimeException e) {
            return "HTTP status " + status + ": " + text();
        }
    }
}
