package io.osier.agent.api.server;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.worker.WorkerProxy;

/** Captures on this node. */
final class NodeCapture implements CaptureStream {
    private final String nodeName;
    private final IpAddress underlay;
    private final WorkerProxy worker;

    NodeCapture(String nodeName, IpAddress underlay, WorkerProxy worker) {
        this.nodeName = nodeName;
        this.underlay = underlay;
        this.worker = worker;
    }

    @Override
    public BodyWriter of(ApiRequest request) {
        throw new ApiError(501, "NotImplemented", "captures on " + nodeName);
    }
}
