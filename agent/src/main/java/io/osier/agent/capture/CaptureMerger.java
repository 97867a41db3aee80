package io.osier.agent.capture;

import io.osier.agent.capture.NodeReader.Ended;
import io.osier.agent.capture.NodeReader.Event;
import io.osier.agent.capture.NodeReader.Refused;
import io.osier.agent.capture.NodeReader.Said;
import io.osier.dataplane.observe.CaptureMessage;
import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.ObservationPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings the packets of several nodes into one sink, in the order of their times. A thread a node reads; the thread that calls
 * {@link #run} writes; any other may call {@link #stop}.
 */
public final class CaptureMerger {
    /** How long a record waits for nodes that say nothing, so for how far apart clocks and answers may be. */
    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long MAX_WAITING_BYTES = 64 << 20;
    private static final int MAX_EVENTS = 1_024;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** How long to wait for a node's answer before going on without it. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final String NO_ANSWER =
            "it has not answered within " + TimeUnit.NANOSECONDS.toSeconds(ANSWER_NANOS) + " s";

    /** A node that records says so twenty times a second; one that is silent for so long is lost. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** After the end is called for, what is on its way still counts. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    /** Told what goes on, by the thread that calls {@link #run}. */
    public interface Listener {
        /** All nodes have answered or failed; these have answered, and record. */
        void ready(List<String> nodes);

        /** A node's packets are missing, or missing from now on. */
        void failed(String node, String why);
    }

    /**
     * How a capture went.
     *
     * @param packets written
     * @param lost by nodes that could not keep up
     */
    public record Result(long packets, long lost) {}

    private final List<CaptureSource> sources;
    private final Listener listener;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(MAX_EVENTS);
    private final MergeWindow window;
    private final Map<ObservationPoint, Long> losses = new LinkedHashMap<>();
    /** Nodes that have not answered yet, those that have, and those that still record. */
    private final BitSet asked = new BitSet();

    private final BitSet answered = new BitSet();

    private final BitSet recording = new BitSet();
    /** Those that failed before all had answered: they matter only if others go on. */
    private final List<Ended> failures = new ArrayList<>();

    /** When each node was heard last, as far as this could listen. */
    private final long[] heardNanos;

    private long listenedNanos;
    private boolean ready;
    private volatile boolean stopped;

    public CaptureMerger(List<CaptureSource> sources, Listener listener) {
        this.sources = List.copyOf(sources);
        this.listener = listener;
        window = new MergeWindow(sources.size(), MAX_WAIT_NANOS, MAX_WAITING_BYTES);
        heardNanos = new long[sources.size()];
        asked.set(0, sources.size());
    }

    /** Ends the capture soon; {@link #run} then writes what has come and returns. */
    public void stop() {
        stopped = true;
    }

    /**
     * Captures until it is stopped, enough packets have come, time is up or no node records any more. The sink is not closed.
     *
     * @param maxPackets the most packets to write
     * @param maxDuration counted from when all nodes have answered; null for no end
     * @throws CaptureException if the nodes refuse, or none answers
     * @throws IOException if the sink fails
     */
    public Result run(CaptureRequest request, CaptureSink sink, long maxPackets, @Nullable Duration maxDuration)
            throws IOException, CaptureException, InterruptedException {
        List<NodeReader> readers = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            readers.add(new NodeReader(i, sources.get(i), request, events));
        }
        long written = 0;
        try {
            readers.forEach(NodeReader::start);
            awaitAnswers();
            // Whoever waits for the file to begin may count on every packet from here on.
            sink.flush();
            Countdown countdown = new Countdown(maxDuration);
            while (written < maxPackets && !countdown.isOver()) {
                hear();
                noticeSilence();
                written += write(sink, maxPackets - written);
            }
        } finally {
            readers.forEach(NodeReader::close);
        }
        for (int i = 0; i < sources.size(); i++) {
            window.end(i);
        }
        written += write(sink, maxPackets - written);
        for (Map.Entry<ObservationPoint, Long> loss : losses.entrySet()) {
            sink.lost(loss.getKey(), loss.getValue());
        }
        sink.flush();
        return new Result(
                written, losses.values().stream().mapToLong(Long::longValue).sum());
    }

    /** Waits until each node has answered or failed, or has had time enough to. */
    private void awaitAnswers() throws CaptureException, InterruptedException {
        long startNanos = System.nanoTime();
        while (!asked.isEmpty() && !stopped && System.nanoTime() - startNanos < ANSWER_NANOS) {
            hear();
        }
        if (answered.isEmpty() && !stopped) {
            throw CaptureException.unavailable(
                    !failures.isEmpty()
                            ? nodeOf(failures.get(0)) + ": " + failures.get(0).why()
                            : asked.isEmpty()
                                    ? "there is no node to capture on"
                                    : sources.get(asked.nextSetBit(0)).node() + ": " + NO_ANSWER);
        }
        failures.forEach(failed -> listener.failed(nodeOf(failed), failed.why()));
        if (!stopped) {
            asked.stream().forEach(node -> listener.failed(sources.get(node).node(), NO_ANSWER));
        }
        asked.clear(); // one that answers after all is heard
        ready = true;
        listenedNanos = System.nanoTime();
        listener.ready(
                answered.stream().mapToObj(node -> sources.get(node).node()).toList());
    }

    /** Takes in what nodes have said; waits a moment if they have said nothing. */
    private void hear() throws CaptureException, InterruptedException {
        Event event = events.poll(POLL_NANOS, TimeUnit.NANOSECONDS);
        for (int i = 0; event != null && i < MAX_EVENTS; i++) {
            if (event instanceof Refused refused) {
                throw refused.why();
            } else if (event instanceof Ended ended) {
                end(ended);
            } else if (event instanceof Said said) {
                hear(said.node(), said.message());
            }
            event = events.poll();
        }
    }

    /** Tells of nodes that say nothing any more. What this could not hear, because it wrote, is no silence. */
    private void noticeSilence() {
        long nowNanos = System.nanoTime();
        long deafNanos = nowNanos - listenedNanos - TimeUnit.SECONDS.toNanos(1);
        listenedNanos = nowNanos;
        for (int node = recording.nextSetBit(0); node >= 0; node = recording.nextSetBit(node + 1)) {
            heardNanos[node] += Math.max(0, deafNanos);
            if (nowNanos - heardNanos[node] >= SILENCE_NANOS) {
                recording.clear(node);
                window.end(node);
                listener.failed(
                        sources.get(node).node(),
                        "it has said nothing for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS) + " s");
            }
        }
    }

    private void hear(int node, CaptureMessage message) {
        heardNanos[node] = System.nanoTime();
        if (message instanceof CaptureMessage.Hello) {
            asked.clear(node);
            answered.set(node);
            recording.set(node);
        } else if (message instanceof CaptureMessage.Progress progress) {
            window.progress(node, progress.epochNanos());
        } else if (message instanceof CaptureMessage.Loss loss) {
            losses.put(loss.point(), loss.lostPackets());
        } else if (message instanceof CaptureRecord capture) {
            window.add(node, capture, System.nanoTime());
        }
    }

    private void end(Ended ended) {
        boolean isKnown = !asked.get(ended.node()) && !recording.get(ended.node());
        asked.clear(ended.node());
        recording.clear(ended.node());
        window.end(ended.node());
        if (isKnown) {
            return;
        }
        if (ready) {
            listener.failed(nodeOf(ended), ended.why());
        } else {
            failures.add(ended);
        }
    }

    private String nodeOf(Ended ended) {
        return sources.get(ended.node()).node();
    }

    private long write(CaptureSink sink, long max) throws IOException {
        long written = 0;
        long nowNanos = System.nanoTime();
        for (CaptureRecord next; written < max && (next = window.poll(nowNanos)) != null; written++) {
            sink.write(next);
        }
        if (written > 0) {
            sink.flush();
        }
        return written;
    }

    /** Knows when a capture is at its end. */
    private final class Countdown {
        private final long startNanos = System.nanoTime();
        private final long durationNanos;
        private long stopNanos;
        private boolean stopping;

        private Countdown(@Nullable Duration duration) {
            durationNanos = duration == null ? Long.MAX_VALUE : duration.toNanos();
        }

        private boolean isOver() {
            long nowNanos = System.nanoTime();
            if (!stopping && (stopped || nowNanos - startNanos >= durationNanos)) {
                stopping = true;
                stopNanos = nowNanos;
            }
            boolean lastHeard = recording.isEmpty() && asked.isEmpty() && events.isEmpty();
            return lastHeard || (stopping && nowNanos - stopNanos >= GRACE_NANOS);
        }
    }
}
