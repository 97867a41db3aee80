package io.osier.agent.api.client;

import io.osier.agent.model.Json;
import java.nio.charset.StandardCharsets;

/**
 * What an agent answered.
 *
 * @param status of HTTP
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came; nobody compares them
public record ApiAnswer(int status, String contentType, byte[] body) {
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
