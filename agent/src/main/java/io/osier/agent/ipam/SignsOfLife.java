package io.osier.agent.ipam;

import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.Versioned;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether other nodes' agents are there, wherever they can be reached from: each changes its key in the store again and again
 * ({@link Presence}), and who wonders watches whether it changes. Safe for any thread.
 */
public final class SignsOfLife {
    private static final Logger LOG = LoggerFactory.getLogger(SignsOfLife.class);
    private static final long LOOK_MILLIS = 500;
    /** A sign of life is missed only if its writer is very late. */
    private static final Duration PATIENCE = Presence.EVERY.multipliedBy(2).plusSeconds(2);

    private final Keyspace store;
    private final Duration patience;
    /** What was watched in vain: while it has not changed, there is nothing to wait for again. */
    private final Map<String, Long> silent = new ConcurrentHashMap<>();

    public SignsOfLife(Keyspace store) {
        this(store, PATIENCE);
    }

    /** @param patience for how long silence is no sign of death */
    public SignsOfLife(Keyspace store, Duration patience) {
        this.store = store;
        this.patience = patience;
    }

    /** Whether the agent of this node gives one; takes up to 22 seconds if it does not. */
    public boolean isSeen(String node) {
        long first = revision(node);
        if (Long.valueOf(first).equals(silent.get(node))) {
            return false;
        }
        LOG.info("watching whether the agent of node {} is still there", node);
        long endNanos = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - endNanos < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(Math.min(LOOK_MILLIS, patience.toMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true; // nothing is taken from anybody in a hurry
            }
            if (revision(node) != first) {
                return true;
            }
        }
        silent.put(node, first);
        return false;
    }

    private long revision(String node) {
        return store.get(Keys.presence(node)).map(Versioned::revision).orElse(Keyspace.ABSENT);
    }
}
