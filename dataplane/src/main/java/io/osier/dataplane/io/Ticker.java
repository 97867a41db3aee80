package io.osier.dataplane.io;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls something once a second while there is work, and ever more rarely, down to about once a minute, while there is
 * none: what expires is judged by its own expiry time whenever somebody meets it, so an idle loop may clean up late but
 * need not keep a processor awake. Owned by the loop's thread.
 */
final class Ticker {
    private static final int BUSY_SECONDS = 1;
    private static final int IDLE_SECONDS = 64;

    private final ScheduledExecutorService loop;
    private final Runnable tick;
    private int delaySeconds = BUSY_SECONDS;
    private boolean worked;
    private @Nullable Future<?> next;

    Ticker(ScheduledExecutorService loop, Runnable tick) {
        this.loop = loop;
        this.tick = tick;
    }

    /** There was work; cheap enough to be told for every batch. */
    void worked() {
        worked = true;
        if (next == null || delaySeconds > BUSY_SECONDS) {
            schedule(BUSY_SECONDS);
        }
    }

    private void schedule(int seconds) {
        if (next != null) {
            next.cancel(false);
        }
        delaySeconds = seconds;
        next = loop.schedule(this::tick, seconds, TimeUnit.SECONDS);
    }

    private void tick() {
        schedule(worked ? BUSY_SECONDS : Math.min(2 * delaySeconds, IDLE_SECONDS));
        worked = false;
        tick.run();
    }
}
