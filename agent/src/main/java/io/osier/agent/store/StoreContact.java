package io.osier.agent.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a store answers: asks it every second. One that has not answered for some seconds is away; the election of another
 * leader takes less. Safe for any thread.
 */
final class StoreContact implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreContact.class);
    private static final long EVERY_MILLIS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    /** So long is waited in the beginning where nothing is known: a store may just be starting, too. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(8);
    /** And so often is asked: where each question takes its whole time, it may be this machine that is slow. */
    private static final int FIRST_ATTEMPTS = 15;

    private final Runnable probe;
    private final Clock clock;
    private final Runnable onTurn;
    private final Thread thread = new Thread(this::run, "osier-store-contact");
    private long answeredNanos = System.nanoTime();
    private Instant answered;
    private volatile @Nullable StoreAbsence absence;

    /**
     * @param probe throws {@link StoreException} if the store does not answer; takes a few seconds at most
     * @param onTurn called after the store has gone away or come back, on the contact's own thread
     */
    StoreContact(Runnable probe, Clock clock, Runnable onTurn) {
        this.probe = probe;
        this.clock = clock;
        this.onTurn = onTurn;
        this.answered = clock.instant();
        thread.setDaemon(true);
    }

    /**
     * Asks for the first time, and from then on every second.
     *
     * @param lastKnown of when there is a state to go by; null if there is none, and the store has to answer
     * @throws StoreException if it does not
     */
    void begin(@Nullable Instant lastKnown) {
        StoreException failure = firstAnswer(lastKnown == null ? FIRST_PATIENCE : Duration.ZERO);
        if (failure == null) {
            answered = clock.instant();
        } else if (lastKnown == null) {
            throw failure;
        } else {
            absence = new StoreAbsence(answered, String.valueOf(failure.getMessage()), lastKnown);
            answered = lastKnown;
            LOG.warn("{}; this node runs from its last known state of {}", failure.getMessage(), lastKnown);
        }
        thread.start();
    }

    private @Nullable StoreException firstAnswer(Duration patience) {
        long endNanos = System.nanoTime() + patience.toNanos();
        for (int attempts = 1; ; attempts++) {
            try {
                probe.run();
                return null;
            } catch (StoreException e) {
                boolean enough = patience.isZero() || attempts >= FIRST_ATTEMPTS;
                if (enough && System.nanoTime() - endNanos >= 0) {
                    return e;
                }
            }
        }
    }

    /** Since when the store is away; null while it answers. */
    @Nullable
    StoreAbsence absence() {
        return absence;
    }

    /** When it last answered. */
    synchronized Instant answered() {
        return answered;
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
                boolean turned = ask();
                if (turned) {
                    onTurn.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Returns whether that is news. */
    private boolean ask() {
        try {
            probe.run();
            return answers();
        } catch (RuntimeException e) {
            return isSilent(String.valueOf(e.getMessage()));
        }
    }

    private synchronized boolean answers() {
        answeredNanos = System.nanoTime();
        answered = clock.instant();
        StoreAbsence before = absence;
        absence = null;
        if (before != null) {
            LOG.info("the store is back; it was away since {}", before.since());
        }
        return before != null;
    }

    private synchronized boolean isSilent(String reason) {
        StoreAbsence before = absence;
        if (before != null) {
            absence = new StoreAbsence(before.since(), reason, before.lastKnown());
            return false;
        }
        if (System.nanoTime() - answeredNanos < PATIENCE.toNanos()) {
            return false;
        }
        absence = new StoreAbsence(answered, reason, answered);
        LOG.warn("the store is away since {}; packets go on: {}", answered, reason);
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
