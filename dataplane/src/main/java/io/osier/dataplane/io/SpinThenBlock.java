package io.osier.dataplane.io;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import io.osier.dataplane.worker.NanoClock;
import java.util.concurrent.TimeUnit;

/**
 * How the worker waits: for some time after it had work it asks again and again, and lets others have the processor in
 * between; then it sleeps until something happens. Answers mostly come soon, and waking a thread takes the kernel longer than a
 * packet takes through Osier.
 *
 * <p>How long is learned: if work came soon after the worker had gone to sleep, it looks a little longer than that the next time;
 * each time it looked in vain it looks for less. Owned by the loop's thread.
 */
final class SpinThenBlock implements SelectStrategy {
    /** Longer than an answer of a pod on this machine takes that is awake. */
    static final long MIN_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    /** Longer than one takes that has to be woken; short enough that nobody notices it as load. */
    static final long MAX_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

    private final NanoClock clock;
    private long workedNanos;
    private long spinNanos = MIN_SPIN_NANOS;
    private boolean slept = true;

    SpinThenBlock(NanoClock clock) {
        this.clock = clock;
        workedNanos = clock.nanoTime();
    }

    /** Work has come. */
    void working() {
        if (slept) {
            long gapNanos = clock.nanoTime() - workedNanos;
            boolean soon = gapNanos + gapNanos / 4 < MAX_SPIN_NANOS;
            spinNanos = soon ? gapNanos + gapNanos / 4 : Math.max(MIN_SPIN_NANOS, spinNanos - spinNanos / 8);
            slept = false;
        }
    }

    /** There was work until now. */
    void worked() {
        workedNanos = clock.nanoTime();
    }

    /** For how long the worker looks after work, as far as it has learned. */
    long spinNanos() {
        return spinNanos;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted: without it two processors are one too few
    public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
        int events = ready.get();
        while (events == 0 && !hasTasks) {
            if (clock.nanoTime() - workedNanos >= spinNanos) {
                slept = true;
                return SELECT;
            }
            Thread.yield();
            events = ready.get();
        }
        return events;
    }
}
