package io.osier.agent.ipam;

import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the store, every ten seconds, that this node's agent is there. {@link SignsOfLife} is the other side of it; no clock
 * is compared with another machine's.
 */
public final class Presence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    /** How often a living agent gives a sign. */
    static final Duration EVERY = Duration.ofSeconds(10);

    private final StateStore store;
    private final String key;
    private final byte[] identity;
    /** By the thread: what it wrote last. */
    private long revision = Keyspace.ABSENT;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread presence = new Thread(task, "osier-presence");
        presence.setDaemon(true);
        return presence;
    });

    public Presence(StateStore store, String node, String identity) {
        this(store, node, identity, EVERY);
    }

    /** @param every how often to say it */
    public Presence(StateStore store, String node, String identity, Duration every) {
        this.store = store;
        this.key = Keys.presence(node);
        this.identity = identity.getBytes(StandardCharsets.UTF_8);
        thread.scheduleWithFixedDelay(this::show, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void show() {
        try {
            OptionalLong written = store.compareAndSet(key, revision, identity);
            if (written.isEmpty()) { // by an agent before this one, or deleted
                long present = store.get(key).map(Versioned::revision).orElse(Keyspace.ABSENT);
                written = store.compareAndSet(key, present, identity);
            }
            revision = written.orElse(revision);
        } catch (RuntimeException e) {
            LOG.debug("no sign of life in the store: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
