package io.osier.dataplane.simulation;

import io.osier.dataplane.worker.NanoClock;
import java.time.Duration;

/** A clock that stands still until it is told to go on. */
public final class SimulatedClock implements NanoClock {
    // Close to the overflow, which System::nanoTime may be as well: whoever compares times without subtracting is found
    // out.
    private long nowNanos = Long.MAX_VALUE - Duration.ofSeconds(90).toNanos();

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    public void advance(Duration time) {
        nowNanos += time.toNanos();
    }

    public void advanceNanos(long nanos) {
        nowNanos += nanos;
    }
}
