package io.osier.agent.api.server;

import io.osier.agent.metrics.MetricsPage;

/** {@code GET /metrics}, and nothing else. */
final class MetricsRoutes implements ApiRoutes {
    private final MetricsPage page;

    MetricsRoutes(MetricsPage page) {
        this.page = page;
    }

    static boolean isFor(ApiRequest request) {
        return request.word(0).equals("metrics") && request.path().size() == 1;
    }

    @Override
    public ApiResponse answer(ApiRequest request) {
        if (!isFor(request)) {
            throw new ApiError(404, "NotFound", "the server has no " + request.uri() + ": see /metrics");
        }
        if (!request.method().equals("GET")) {
            throw new ApiError(405, "MethodNotAllowed", request.method() + " is not answered here");
        }
        return ApiResponse.metrics(page);
    }
}
