package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import tools.jackson.databind.node.ObjectNode;

/** A question that cannot be answered as asked; becomes a Kubernetes {@code Status} object. */
public final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;

    public ApiError(int code, String reason, String message) {
        super(message);
        this.code = code;
        this.reason = reason;
    }

    static ApiError notFound(String plural, String name) {
        return new ApiError(404, "NotFound", plural + " \"" + name + "\" not found");
    }

    static ApiError alreadyExists(String plural, String name) {
        return new ApiError(409, "AlreadyExists", plural + " \"" + name + "\" already exists");
    }

    static ApiError conflict(String message) {
        return new ApiError(409, "Conflict", message);
    }

    static ApiError invalid(String message) {
        return new ApiError(422, "Invalid", message);
    }

    /** Kubernetes' word for an HTTP status. */
    static String reasonOf(int code) {
        return switch (code) {
            case 400 -> "BadRequest";
            case 404 -> "NotFound";
            case 405 -> "MethodNotAllowed";
            case 409 -> "Conflict";
            case 413 -> "RequestEntityTooLarge";
            case 416 -> "RangeNotSatisfiable";
            case 422 -> "Invalid";
            case 503 -> "ServiceUnavailable";
            default -> "InternalError";
        };
    }

    int code() {
        return code;
    }

    ObjectNode status() {
        return Json.object()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", getMessage())
                .put("reason", reason)
                .put("code", code);
    }
}
