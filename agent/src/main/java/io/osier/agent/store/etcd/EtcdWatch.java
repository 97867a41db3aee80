package io.osier.agent.store.etcd;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Watchable;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch: lists, then watches from the revision after the list. Whatever ends etcd's watch (compaction, a member without a
 * leader, a lost connection) begins a new round, which tells only what differs from what was told before; so nothing is told
 * twice and nothing is missed but values in between. A watch can die without a word: one that says nothing is asked whether it
 * is there, which costs a few bytes where a new list would cost all keys. Everything is told on the watch's own thread.
 */
class EtcdWatch implements Watchable.Watch {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);
    /** So long a watch may say nothing before it is asked whether it is there, and so long it has to answer. */
    private static final Duration QUIET = Duration.ofSeconds(12);
    /** However well all goes, what is known is compared with a list so often. */
    private static final long ROUND_SECONDS = 3_600;

    private static final long RETRY_MILLIS = 200;
    /** Answers that wait for a slow listener; a round that overflows is followed by a new one. */
    private static final int MAX_WAITING = 1024;

    private final EtcdStore store;
    private final String below;
    private final Consumer<StoreEvent> onEvent;
    private final Duration quiet;
    /** What the listener knows: the revision of each key. The watch's thread only. */
    private final Map<String, Long> told = new HashMap<>();

    private final Thread thread;
    private boolean synced;
    private volatile boolean closed;

    EtcdWatch(EtcdStore store, String below, Consumer<StoreEvent> onEvent) {
        this(store, below, onEvent, QUIET);
    }

    /** @param quiet for how long it may say nothing before it is asked, and again before it is given up */
    EtcdWatch(EtcdStore store, String below, Consumer<StoreEvent> onEvent, Duration quiet) {
        this.quiet = quiet;
        this.store = store;
        this.below = below;
        this.onEvent = onEvent;
        this.thread = new Thread(this::run, "osier-store-watch");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** What etcd's watch has said in one round; etcd's threads write, ours reads. */
    private static final class Round implements Watch.Listener {
        private final BlockingQueue<List<WatchEvent>> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
        private volatile boolean over;

        @Override
        public void onNext(WatchResponse response) {
            if (!waiting.offer(response.getEvents())) {
                over = true;
            }
        }

        @Override
        public void onError(Throwable error) {
            LOG.debug("the watch ended: {}", error.getMessage());
            end();
        }

        @Override
        public void onCompleted() {
            end();
        }

        private void end() {
            over = true;
            waiting.offer(List.of());
        }
    }

    private void run() {
        try {
            boolean said = false;
            while (!closed) {
                try {
                    round();
                    said = false;
                } catch (RuntimeException e) { // jetcd's own, too: of a client that was just replaced, say
                    if (!closed && !said) {
                        LOG.warn("{}; trying again until it can", e.getMessage());
                        said = true;
                    }
                    TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void round() throws InterruptedException {
        long revision = lookAround();
        Round round = new Round();
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(revision + 1)
                .withRequireLeader(true)
                .build();
        long endNanos = System.nanoTime() + roundNanos();
        boolean asked = false;
        try (Watch.Watcher watcher = store.watchClient().watch(store.folder(below), option, round)) {
            while (!closed && !round.over && !watcher.isClosed()) {
                List<WatchEvent> events = round.waiting.poll(quiet.toNanos(), TimeUnit.NANOSECONDS);
                if (System.nanoTime() - endNanos >= 0 || (events == null && asked)) {
                    return;
                }
                asked = events == null;
                if (events == null) {
                    watcher.requestProgress();
                } else {
                    events.forEach(this::hear);
                }
            }
        }
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    }

    /** A little different each time, so that the agents of a cluster do not all list at once. */
    private static long roundNanos() {
        long least = TimeUnit.SECONDS.toNanos(ROUND_SECONDS);
        return least + ThreadLocalRandom.current().nextLong(least / 2);
    }

    /** Tells what differs from what was told; returns the revision of what was seen. */
    long lookAround() {
        Set<String> gone = new HashSet<>(told.keySet());
        long revision = store.forEach(below, entry -> {
            gone.remove(entry.key());
            put(entry);
        });
        gone.forEach(this::delete);
        if (!synced) {
            synced = true;
            tell(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
        }
        return revision;
    }

    private void hear(WatchEvent event) {
        if (event.getEventType() == WatchEvent.EventType.PUT) {
            put(store.versioned(event.getKeyValue()));
        } else if (event.getEventType() == WatchEvent.EventType.DELETE) {
            delete(store.keyOf(event.getKeyValue()));
        }
    }

    private void put(Versioned entry) {
        Long before = told.put(entry.key(), entry.revision());
        if (before == null || before != entry.revision()) {
            tell(new StoreEvent(StoreEvent.Type.PUT, entry.key(), entry));
        }
    }

    private void delete(String key) {
        if (told.remove(key) != null) {
            tell(new StoreEvent(StoreEvent.Type.DELETE, key, null));
        }
    }

    private void tell(StoreEvent event) {
        if (closed) {
            return;
        }
        try {
            onEvent.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("a listener of the store failed at {} {}", event.type(), event.key(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        store.closed(this);
    }
}
