package io.osier.dataplane.io;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import java.util.concurrent.TimeUnit;

/**
 * How the worker waits: for some time after it had work it asks again and again, and lets others have the processor in
 * between; then it sleeps until something happens. Answers mostly come soon, and waking a thread takes the kernel longer than a
 * packet takes through Osier. Owned by the loop's thread.
 */
final class SpinThenBlock implements SelectStrategy {
    /** Longer than an answer of a pod on this machine takes; short enough that nobody notices it as load. */
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private long workedNanos = System.nanoTime() - SPIN_NANOS;

    /** There was work just now. */
    void worked() {
        workedNanos = System.nanoTime();
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted: without it two processors are one too few
    public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
        int events = ready.get();
        while (events == 0 && !hasTasks) {
            if (System.nanoTime() - workedNanos >= SPIN_NANOS) {
                return SELECT;
            }
            Thread.yield();
            events = ready.get();
        }
        return events;
    }
}
