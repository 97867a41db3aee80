package io.osier.dataplane.observe;

import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Nanoseconds since 1970-01-01 UTC at the price of {@link System#nanoTime}: never runs backwards and allocates nothing. Taken
 * anew for each capture, so that a clock that was set in between is followed.
 */
public final class EpochClock implements LongSupplier {
    private static final int SAMPLES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long offsetNanos;

    public EpochClock() {
        long closestNanos = Long.MAX_VALUE;
        long offset = 0;
        // The reading that took least time was disturbed least.
        for (int i = 0; i < SAMPLES; i++) {
            long before = System.nanoTime();
            Instant now = Instant.now();
            long after = System.nanoTime();
            if (after - before < closestNanos) {
                closestNanos = after - before;
                offset = now.getEpochSecond() * NANOS_PER_SECOND + now.getNano() - (before + (after - before) / 2);
            }
        }
        offsetNanos = offset;
    }

    @Override
    public long getAsLong() {
        return System.nanoTime() + offsetNanos;
    }
}
