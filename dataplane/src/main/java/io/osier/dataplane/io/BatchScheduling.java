package io.osier.dataplane.io;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * Whether the worker's thread is scheduled as {@code SCHED_BATCH} (sched(7)): woken, such a thread does not push aside whoever has
 * the processor. That is mostly who woke it, has done what it had to, and sleeps before long. Pushed aside, it counts as one that
 * still needs this processor: what the worker wakes next is then put on another, which may have to be woken itself, and so is
 * the way back.
 *
 * <p>Where no processor is idle whoever has this one may keep it for milliseconds, and the worker has to push it aside: it is
 * {@code SCHED_OTHER} then. Its share is the same in both. Owned by the worker's thread.
 */
final class BatchScheduling {
    static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LongSupplier idleNanos;
    private final IntConsumer schedule;
    private long lookedNanos;
    private long idleBeforeNanos;
    private boolean batch;

    /** @param idleNanos how long this machine's processors have been idle, added up */
    BatchScheduling(LongSupplier idleNanos, long nowNanos) {
        this(idleNanos, nowNanos, BatchScheduling::scheduleThisThread);
    }

    /** @param schedule changes this thread's policy to the given one */
    BatchScheduling(LongSupplier idleNanos, long nowNanos, IntConsumer schedule) {
        this.idleNanos = idleNanos;
        this.schedule = schedule;
        lookedNanos = nowNanos;
        idleBeforeNanos = idleNanos.getAsLong();
    }

    /** Looks whether processors are idle, if it has not just done so; to be called at least about once a second. */
    void look(long nowNanos) {
        if (nowNanos - lookedNanos < SAMPLE_NANOS) {
            return;
        }
        long idleNowNanos = idleNanos.getAsLong();
        boolean spare = SpareProcessors.isSpare(idleNowNanos - idleBeforeNanos, nowNanos - lookedNanos);
        lookedNanos = nowNanos;
        idleBeforeNanos = idleNowNanos;
        if (spare != batch) {
            batch = spare;
            schedule.accept(spare ? Libc.SCHED_BATCH : Libc.SCHED_OTHER);
        }
    }

    /** Where that is refused, all works as before. Whom somebody has given a policy of another sort keeps it. */
    private static void scheduleThisThread(int policy) {
        int now = Libc.sched_getscheduler(0);
        if (now != Libc.SCHED_OTHER && now != Libc.SCHED_BATCH) {
            return;
        }
        ByteBuffer priority = NativeMemory.allocate(Integer.BYTES); // neither of the two has any
        Libc.sched_setscheduler(0, policy, NativeMemory.address(priority));
    }
}
