package io.osier.agent.api.server;

/** Begins captures on this node and streams what they see. */
@FunctionalInterface
public interface CaptureStream {
    /** What the question's parameters ask for, written until the reader goes. */
    BodyWriter of(ApiRequest request);
}
