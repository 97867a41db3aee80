package io.osier.agent.api.server;

import io.osier.agent.capture.CaptureException;
import io.osier.agent.capture.CaptureRequest;
import io.osier.agent.capture.CaptureService;
import io.osier.agent.capture.CaptureSession;

/** Captures on this node. */
final class NodeCapture implements CaptureStream {
    private final CaptureService captures;

    NodeCapture(CaptureService captures) {
        this.captures = captures;
    }

    @Override
    public BodyWriter of(ApiRequest request) {
        try {
            CaptureSession session = captures.open(CaptureRequest.ofQuery(request.query()));
            return out -> {
                try (session) {
                    session.streamTo(out);
                }
            };
        } catch (CaptureException e) {
            throw e.isWrongUsage()
                    ? new ApiError(400, "BadRequest", String.valueOf(e.getMessage()))
                    : new ApiError(503, "ServiceUnavailable", String.valueOf(e.getMessage()));
        }
    }
}
