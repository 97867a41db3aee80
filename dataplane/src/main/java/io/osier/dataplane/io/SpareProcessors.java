package io.osier.dataplane.io;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether processors have nothing to do although much data passes. Then whoever moves it may look for more instead of sleeping:
 * to be woken costs it more than it takes from anybody. For a tenth of each second it has to sleep whenever it can, so that what
 * it takes itself is not missed.
 *
 * <p>Owned by the worker's thread.
 */
final class SpareProcessors {
    static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);
    static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Longer between two batches is a pause, which says nothing of a time when data passes. */
    static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Idle processors, for one that looks for work: a quarter of one. */
    private static final int LEAST_SPARE_DIVISOR = 4;

    private final LongSupplier idleNanos;
    private long roundNanos;
    private long carriedNanos;
    private long idleBeforeNanos;
    private boolean sampling;
    private boolean spare;

    /** @param idleNanos how long processors have been idle, added up */
    SpareProcessors(LongSupplier idleNanos, long nowNanos) {
        this.idleNanos = idleNanos;
        roundNanos = nowNanos - ROUND_NANOS;
        carriedNanos = nowNanos;
    }

    /** Much data has passed; to be called whenever it has. */
    void carried(long nowNanos) {
        long elapsedNanos = nowNanos - roundNanos;
        boolean paused = sampling && nowNanos - carriedNanos >= PAUSE_NANOS;
        carriedNanos = nowNanos;
        if (elapsedNanos >= ROUND_NANOS || paused) {
            roundNanos = nowNanos;
            idleBeforeNanos = idleNanos.getAsLong();
            sampling = true;
        } else if (sampling && elapsedNanos >= SAMPLE_NANOS) {
            spare = isSpare(idleNanos.getAsLong() - idleBeforeNanos, elapsedNanos);
            sampling = false;
        }
    }

    /** Whether so much idle time of all processors is enough in so much time. */
    static boolean isSpare(long idleNanos, long elapsedNanos) {
        return idleNanos >= elapsedNanos / LEAST_SPARE_DIVISOR;
    }

    boolean areThere() {
        return spare && !sampling;
    }
}
