package io.osier.dataplane.io;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import io.osier.dataplane.worker.NanoClock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How the worker waits. Among dense traffic it asks for more again and again, lets others have the processor in between, and
 * sleeps only when nothing has come for a while: waking a thread takes the kernel longer than a packet takes through Osier. How
 * long it looks is learned from how soon work came after the worker had gone to sleep.
 *
 * <p>After a pause it sleeps at once, until traffic is dense again. A thread that waits actively makes the scheduler put the
 * programs at both ends on other processors; one that sleeps can be woken on theirs, and where that is done (see
 * {@link BatchScheduling}) an answer takes a third of the time. Where it is not, answers come late after the worker has slept, and it
 * bridges the pauses of a steady flow awake: for a second, then it has to be seen again that answers are late.
 *
 * <p>While batches are long it looks only if there are {@linkplain SpareProcessors processors to spare}. The kernel's scheduler
 * takes a processor on which somebody looks for one at work: the programs at both ends then share the other processors.
 * Owned by the loop's thread.
 */
final class SpinThenBlock implements SelectStrategy {
    /** Longer than an answer of a pod on this machine takes that is awake. */
    static final long MIN_SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    /** Longer than one takes that has to be woken; work that comes later comes after a pause. */
    static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);
    /** So often in a row without a pause is dense traffic, and more than a question, its answer and their acknowledgments. */
    static final int DENSE = 16;

    /** Longer than the pauses in a flow of a thousand packets a second. */
    static final long MAX_BRIDGE_NANOS = TimeUnit.MICROSECONDS.toNanos(1_500);
    /** Pauses in a row, all short enough to be bridged, that make a flow a steady one. */
    static final int STEADY_PAUSES = 256;
    /** Work that comes later, after the worker has slept, is late: a processor had to be woken for it. */
    static final long LATE_NANOS = TimeUnit.MICROSECONDS.toNanos(60);
    /** By so many more answers have to be late than are not. */
    static final int MOSTLY = 16;
    /** For so long pauses are bridged. */
    static final long BRIDGING_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A mean of the last batches that makes them long ones: more than 64 small packets are. */
    static final int LONG_BATCH_BYTES = 8_192;

    private final NanoClock clock;
    private final SpareProcessors processors;
    private final BatchScheduling scheduling;
    private long workedNanos;
    private boolean slept = true;
    private int withoutPause;
    private long spinNanos = MIN_SPIN_NANOS;
    private int lateAnswers; // more than others, from 0 to MOSTLY
    private int steadyPauses;
    private long bridgeNanos;
    private long bridgedSinceNanos;
    private int meanBatchBytes;

    /** @param idleNanos how long this machine's processors have been idle, added up */
    SpinThenBlock(NanoClock clock, LongSupplier idleNanos) {
        this.clock = clock;
        workedNanos = clock.nanoTime();
        processors = new SpareProcessors(idleNanos, workedNanos);
        scheduling = new BatchScheduling(idleNanos, workedNanos);
    }

    /** Work has come. */
    void working() {
        withoutPause = Math.min(DENSE, withoutPause + 1);
        if (slept) {
            learn(clock.nanoTime());
            slept = false;
        }
    }

    private void learn(long nowNanos) {
        long gapNanos = nowNanos - workedNanos;
        long neededNanos = gapNanos + gapNanos / 4;
        if (gapNanos < PAUSE_NANOS) {
            spinNanos = Math.max(MIN_SPIN_NANOS, neededNanos);
            lateAnswers = gapNanos < LATE_NANOS ? Math.max(0, lateAnswers - 1) : Math.min(MOSTLY, lateAnswers + 1);
            return;
        }
        withoutPause = 0;
        scheduling.look(nowNanos);
        spinNanos = Math.max(MIN_SPIN_NANOS, spinNanos - spinNanos / 8);
        steadyPauses = neededNanos < MAX_BRIDGE_NANOS ? Math.min(STEADY_PAUSES, steadyPauses + 1) : 0;
        bridgeNanos = 0;
        if (steadyPauses == STEADY_PAUSES && lateAnswers == MOSTLY) {
            bridgeNanos = neededNanos;
            bridgedSinceNanos = nowNanos;
            steadyPauses = 0;
        }
    }

    /** There was work until now. */
    void worked() {
        workedNanos = clock.nanoTime();
        if (areBatchesLong()) {
            processors.carried(workedNanos);
        }
        if (bridgeNanos != 0 && workedNanos - bridgedSinceNanos >= BRIDGING_NANOS) {
            bridgeNanos = 0;
        }
    }

    /** To be called about once a second, even if there was no pause. */
    void look() {
        scheduling.look(clock.nanoTime());
    }

    /** There was a batch of so many bytes. */
    void carried(int bytes) {
        meanBatchBytes += (bytes - meanBatchBytes) / 4;
    }

    /** For how long the worker looks after work, as far as it has learned. */
    long spinNanos() {
        if (areBatchesLong()) {
            return processors.areThere() ? spinNanos : 0;
        }
        return withoutPause == DENSE ? Math.max(spinNanos, bridgeNanos) : bridgeNanos;
    }

    private boolean areBatchesLong() {
        return meanBatchBytes >= LONG_BATCH_BYTES;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted: without it two processors are one too few
    public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
        long spinNanos = spinNanos();
        if (spinNanos == 0 && !hasTasks) {
            return sleep();
        }
        int events = ready.get();
        while (events == 0 && !hasTasks) {
            if (clock.nanoTime() - workedNanos >= spinNanos) {
                return sleep();
            }
            Thread.yield();
            events = ready.get();
        }
        return events;
    }

    private int sleep() {
        slept = true;
        return SELECT;
    }
}
