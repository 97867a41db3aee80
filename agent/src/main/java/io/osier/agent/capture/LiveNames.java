package io.osier.agent.capture;

import io.osier.dataplane.packet.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The names of addresses while they change: asked for again and again by a thread of its own, which rests so long in between that
 * asking takes little of anybody's time. Whoever writes them takes what is new.
 */
public final class LiveNames implements AutoCloseable {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Of all the time, one part of so many goes into asking. */
    private static final int REST_PARTS = 20;

    private static final long LAST_MILLIS = 1_000;

    private final Supplier<Map<IpAddress, List<String>>> source;
    private final Map<IpAddress, List<String>> known = new HashMap<>();
    private final Map<IpAddress, List<String>> fresh = new HashMap<>();
    private final Thread thread = new Thread(this::run, "osier-capture-names");
    private boolean closing;

    /**
     * Asks once, and goes on asking.
     *
     * @param source what it throws the first time is the caller's; later on nothing is new then
     */
    public LiveNames(Supplier<Map<IpAddress, List<String>>> source) {
        this.source = source;
        take(source.get());
        thread.setDaemon(true);
        thread.start();
    }

    /** What has not been taken yet. */
    public synchronized Map<IpAddress, List<String>> takeNew() {
        Map<IpAddress, List<String>> taken = Map.copyOf(fresh);
        fresh.clear();
        return taken;
    }

    private synchronized void take(Map<IpAddress, List<String>> names) {
        names.forEach((address, all) -> {
            if (!all.equals(known.put(address, List.copyOf(all)))) {
                fresh.put(address, List.copyOf(all));
            }
        });
    }

    private void run() {
        long restNanos = REST_NANOS;
        for (boolean last = false; !last; ) {
            last = isLastAfter(restNanos);
            long startNanos = System.nanoTime();
            try {
                take(source.get());
            } catch (RuntimeException e) {
                // Names are a help to readers: packets are written whether the agent that knows them answers or not.
            }
            restNanos = Math.max(REST_NANOS, REST_PARTS * (System.nanoTime() - startNanos));
        }
    }

    private synchronized boolean isLastAfter(long restNanos) {
        long endNanos = System.nanoTime() + restNanos;
        try {
            for (long left = restNanos; left > 0 && !closing; left = endNanos - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            return true;
        }
        return closing;
    }

    /** Asks for the last time, and waits a moment for the answer. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            thread.join(LAST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
