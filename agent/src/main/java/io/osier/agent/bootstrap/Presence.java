package io.osier.agent.bootstrap;

import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the store, every ten seconds, that this node's agent is there. Who wants to know whether another is watches whether
 * its key changes; no clock is compared with another machine's.
 */
final class Presence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    private static final String PRESENCE = "presence/";
    private static final long EVERY_SECONDS = 10;
    /** A sign of life is missed only if its writer is very late. */
    private static final long PATIENCE_SECONDS = 2 * EVERY_SECONDS + 2;

    private static final long LOOK_MILLIS = 500;

    private final StateStore store;
    private final String key;
    private final byte[] identity;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread presence = new Thread(task, "osier-presence");
        presence.setDaemon(true);
        return presence;
    });

    Presence(StateStore store, String node, String identity) {
        this.store = store;
        this.key = Keys.check(PRESENCE + node);
        this.identity = identity.getBytes(StandardCharsets.UTF_8);
        thread.scheduleWithFixedDelay(this::show, 0, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    private void show() {
        try {
            long revision = store.get(key).map(Versioned::revision).orElse(Keyspace.ABSENT);
            store.compareAndSet(key, revision, identity);
        } catch (RuntimeException e) {
            LOG.debug("no sign of life in the store: {}", e.getMessage());
        }
    }

    /** Whether the agent of this node gives a sign of life; takes up to 22 seconds if it does not. */
    static boolean isSeen(StateStore store, String node) {
        String key = Keys.check(PRESENCE + node);
        long first = revision(store, key);
        if (first == Keyspace.ABSENT) {
            return false;
        }
        LOG.info("another agent was node {}: watching whether it is still there", node);
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() - endNanos < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true; // nothing is taken from anybody in a hurry
            }
            if (revision(store, key) != first) {
                return true;
            }
        }
        return false;
    }

    private static long revision(StateStore store, String key) {
        return store.get(key).map(Versioned::revision).orElse(Keyspace.ABSENT);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
