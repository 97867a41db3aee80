package io.osier.agent.api.server;

/** Answers a question; whatever it throws becomes an error's answer. */
@FunctionalInterface
public interface ApiRoutes {
    ApiResponse answer(ApiRequest request);
}
