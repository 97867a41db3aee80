package io.osier.dataplane.observe;

/** What a node tells about its packets while a capture runs. */
public sealed interface CaptureMessage
        permits CaptureRecord, CaptureMessage.Hello, CaptureMessage.Loss, CaptureMessage.Progress {
    /** The first message: which node speaks. */
    record Hello(String node) implements CaptureMessage {}

    /** How many packets the capture has lost at a place so far, because it could not keep up. */
    record Loss(ObservationPoint point, long lostPackets) implements CaptureMessage {}

    /** No record older than this will follow. */
    record Progress(long epochNanos) implements CaptureMessage {}
}
