package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of several nodes into one order by time. Each node's own come in order; a record may go on as soon as no
 * other node can still bring an older one, because that node has said so or has brought a younger one, and at the latest
 * after it has waited for a while, or too much waits. Not safe for several threads.
 */
final class MergeWindow {
    private record Waiting(CaptureRecord capture, long arrivalNanos) {}

    private static final class Node {
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private long progressNanos = Long.MIN_VALUE;
    }

    private final List<Node> nodes = new ArrayList<>();
    private final long maxWaitNanos;
    private final long maxWaitingBytes;
    private long waitingBytes;

    /**
     * @param maxWaitNanos how long a record waits for nodes that say nothing
     * @param maxWaitingBytes how much may wait in all, before the oldest goes on in any case
     */
    MergeWindow(int nodes, long maxWaitNanos, long maxWaitingBytes) {
        this.maxWaitNanos = maxWaitNanos;
        this.maxWaitingBytes = maxWaitingBytes;
        for (int i = 0; i < nodes; i++) {
            this.nodes.add(new Node());
        }
    }

    /** A record of a node has come in at this time of the local clock. */
    void add(int node, CaptureRecord capture, long nowNanos) {
        Node from = nodes.get(node);
        from.waiting.add(new Waiting(capture, nowNanos));
        waitingBytes += capture.packet().limit();
        from.progressNanos = Math.max(from.progressNanos, capture.epochNanos());
    }

    /** The node will bring nothing older than this. */
    void progress(int node, long epochNanos) {
        Node from = nodes.get(node);
        from.progressNanos = Math.max(from.progressNanos, epochNanos);
    }

    /** The node will bring nothing more. */
    void end(int node) {
        nodes.get(node).progressNanos = Long.MAX_VALUE;
    }

    /** Takes the record that is next, or null if none may go on yet. */
    @Nullable
    CaptureRecord poll(long nowNanos) {
        Node oldest = null;
        Waiting next = null;
        long horizonNanos = Long.MAX_VALUE;
        for (Node node : nodes) {
            Waiting head = node.waiting.peek();
            horizonNanos = Math.min(horizonNanos, head == null ? node.progressNanos : Long.MAX_VALUE);
            if (head != null
                    && (next == null
                            || head.capture().epochNanos() < next.capture().epochNanos())) {
                oldest = node;
                next = head;
            }
        }
        if (oldest == null || next == null) {
            return null;
        }
        boolean mayWait = nowNanos - next.arrivalNanos() < maxWaitNanos && waitingBytes <= maxWaitingBytes;
        if (next.capture().epochNanos() > horizonNanos && mayWait) {
            return null;
        }
        oldest.waiting.remove();
        waitingBytes -= next.capture().packet().limit();
        return next.capture();
    }
}
