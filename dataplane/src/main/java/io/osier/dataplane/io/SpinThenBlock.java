package io.osier.dataplane.io;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import io.osier.dataplane.worker.NanoClock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How the worker waits: for some time after it had work it asks again and again, and lets others have the processor in
 * between; then it sleeps until something happens. Answers mostly come soon, and waking a thread takes the kernel longer than a
 * packet takes through Osier, on a virtual machine whose processor has gone to sleep several times longer.
 *
 * <p>How long is learned from how soon work came after the worker had gone to sleep: if soon, it looks a little longer than
 * that the next time. Longer gaps are bridged only once they have come many times in a row, as those of a steady flow do: that
 * takes the processor's idle time, and gives it to whoever else asks for it. Each time it looked in vain it looks for less.
 *
 * <p>While batches are long it looks only if there are {@linkplain SpareProcessors processors to spare}. The kernel's scheduler
 * takes a processor on which somebody looks for one at work: the programs at both ends then share the other processors.
 * Owned by the loop's thread.
 */
final class SpinThenBlock implements SelectStrategy {
    /** Longer than an answer of a pod on this machine takes that is awake. */
    static final long MIN_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    /** Longer than one takes that has to be woken; short enough that nobody notices it as load. */
    static final long SOON_NANOS = TimeUnit.MICROSECONDS.toNanos(250);
    /** Longer than the gaps in a flow of a thousand packets a second. */
    static final long MAX_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(1_500);
    /** Gaps in a row, all short enough to be bridged, that make a flow a steady one. */
    static final int STEADY_GAPS = 32;

    /** A mean of the last batches that makes them long ones: more than 64 small packets are. */
    static final int LONG_BATCH_BYTES = 8_192;

    private final NanoClock clock;
    private final SpareProcessors processors;
    private long workedNanos;
    private long spinNanos = MIN_SPIN_NANOS;
    private int bridgeableGaps;
    private int meanBatchBytes;
    private boolean slept = true;

    /** @param idleNanos how long this machine's processors have been idle, added up */
    SpinThenBlock(NanoClock clock, LongSupplier idleNanos) {
        this.clock = clock;
        workedNanos = clock.nanoTime();
        processors = new SpareProcessors(idleNanos, workedNanos);
    }

    /** Work has come. */
    void working() {
        if (slept) {
            learn(clock.nanoTime() - workedNanos);
            slept = false;
        }
    }

    private void learn(long gapNanos) {
        long neededNanos = gapNanos + gapNanos / 4;
        bridgeableGaps = neededNanos < MAX_SPIN_NANOS ? bridgeableGaps + 1 : 0;
        if (neededNanos < SOON_NANOS || bridgeableGaps >= STEADY_GAPS) {
            spinNanos = Math.max(MIN_SPIN_NANOS, neededNanos);
        } else {
            spinNanos = Math.max(MIN_SPIN_NANOS, spinNanos - spinNanos / 8);
        }
    }

    /** There was work until now. */
    void worked() {
        workedNanos = clock.nanoTime();
        if (areBatchesLong()) {
            processors.carried(workedNanos);
        }
    }

    /** There was a batch of so many bytes. */
    void carried(int bytes) {
        meanBatchBytes += (bytes - meanBatchBytes) / 4;
    }

    /** For how long the worker looks after work, as far as it has learned. */
    long spinNanos() {
        return !areBatchesLong() || processors.areThere() ? spinNanos : 0;
    }

    private boolean areBatchesLong() {
        return meanBatchBytes >= LONG_BATCH_BYTES;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted: without it two processors are one too few
    public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
        int events = ready.get();
        while (events == 0 && !hasTasks) {
            if (clock.nanoTime() - workedNanos >= spinNanos()) {
                slept = true;
                return SELECT;
            }
            Thread.yield();
            events = ready.get();
        }
        return events;
    }
}
