package io.osier.agent.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store that may go away, and what was last known of it: whatever is watched is remembered, in memory and in a file. While
 * the store is away reads are answered from that, watches that begin are told it, and writes fail at once. So an agent goes on,
 * and can even start, without its store; when it is back, watches tell what has changed meanwhile.
 */
public final class RememberedStore implements StateStore {
    private static final Logger LOG = LoggerFactory.getLogger(RememberedStore.class);
    /** What is asked for without being watched, and has to be there when an agent starts. */
    private static final List<String> ALWAYS = List.of(Keys.NODES, Keys.LEASES, "cluster");

    private static final long SAVE_SECONDS = 1;
    /** Saving takes no more than a twentieth of the time. */
    private static final int REST = 20;

    private static final long CONFIRM_SECONDS = 10;

    private final StateStore live;
    private final String name;
    private final LastKnownFile file;
    private final List<Versioned> remembered;
    private final boolean mayRemember;
    private final StoreContact contact;
    private final List<Remembered> watched = new CopyOnWriteArrayList<>();
    /** What is remembered of folders that nobody watches yet, or any more. */
    private final Map<String, Versioned> unwatched = new ConcurrentSkipListMap<>();

    private final ScheduledExecutorService saver = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "osier-last-known");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean changed;
    private long nextSaveNanos = System.nanoTime();
    private Instant confirmed = Instant.EPOCH;

    private final class Remembered implements Watch {
        private final String prefix;
        private final Relay relay;
        private Watch watch = () -> {};

        Remembered(String prefix, Consumer<StoreEvent> onEvent) {
            this.prefix = prefix;
            this.relay = new Relay(below(prefix, remembered), onEvent);
        }

        void start() {
            watch = live.watch(prefix, event -> {
                relay.take(event);
                changed = true;
            });
        }

        private boolean covers(String key) {
            return isBelow(prefix, key);
        }

        @Override
        public void close() {
            watch.close();
            unwatched.keySet().removeIf(this::covers);
            unwatched.putAll(relay.known());
            watched.remove(this);
        }
    }

    private RememberedStore(StateStore live, Runnable probe, String name, LastKnownFile file) {
        this.live = live;
        this.name = name;
        this.file = file;
        Optional<List<Versioned>> last = file.read();
        this.remembered = last.orElse(List.of());
        this.mayRemember = last.isPresent();
        remembered.forEach(entry -> unwatched.put(entry.key(), entry));
        this.contact = new StoreContact(probe, Clock.systemUTC(), this::turned);
    }

    /**
     * Opens the store, and closes it if that fails.
     *
     * @param live the real store
     * @param probe throws {@link StoreException} if it does not answer
     * @param name what it is called in messages
     * @param scope which state of which cluster this is; what is remembered of another one is not used
     * @throws StoreException in one line, if the store does not answer and nothing is remembered
     */
    public static RememberedStore open(StateStore live, Runnable probe, String name, Path file, String scope) {
        RememberedStore store = new RememberedStore(live, probe, name, new LastKnownFile(file, scope));
        try {
            store.begin();
            return store;
        } catch (StoreException e) {
            store.close();
            throw e;
        }
    }

    private void begin() {
        Instant lastKnown = null;
        try {
            lastKnown = mayRemember ? file.knownAt() : null;
        } catch (IOException e) {
            LOG.warn("the last known state is not used: {}", e.getMessage());
        }
        contact.begin(lastKnown);
        ALWAYS.forEach(prefix -> watch(prefix, event -> {}));
        saver.scheduleWithFixedDelay(this::save, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
    }

    private void turned() {
        if (contact.absence() != null) {
            tellFromMemory();
        }
    }

    /** A watch that has heard nothing yet hears the last that was known, if anything ever was. */
    private void tellFromMemory() {
        if (mayRemember) {
            watched.forEach(each -> each.relay.tellFromMemory());
        }
    }

    @Override
    public Optional<StoreAbsence> absence() {
        return Optional.ofNullable(contact.absence());
    }

    @Override
    public Optional<Versioned> get(String key) {
        Keys.check(key);
        return read(
                () -> live.get(key),
                () -> Optional.ofNullable(relayOf(key).known().get(key)));
    }

    @Override
    public Map<String, Versioned> getAll(Collection<String> keys) {
        return read(() -> live.getAll(keys), () -> StateStore.super.getAll(keys));
    }

    @Override
    public List<Versioned> list(String prefix) {
        Keys.check(prefix);
        return read(
                () -> live.list(prefix),
                () -> below(prefix, relayOf(prefix).known().values()));
    }

    private <T> T read(Supplier<T> ask, Supplier<T> remember) {
        if (contact.absence() != null) {
            return remember.get();
        }
        try {
            return ask.get();
        } catch (StoreException e) {
            if (contact.absence() == null) {
                throw e;
            }
            return remember.get();
        }
    }

    /** What is remembered of a key or a folder; what is not remembered cannot be told while the store is away. */
    private Relay relayOf(String key) {
        return watched.stream()
                .filter(each -> key.equals(each.prefix) || each.covers(key))
                .map(each -> each.relay)
                .findFirst()
                .orElseThrow(this::away);
    }

    private static List<Versioned> below(String prefix, Collection<Versioned> entries) {
        return entries.stream().filter(entry -> isBelow(prefix, entry.key())).toList();
    }

    private static boolean isBelow(String prefix, String key) {
        return key.startsWith(prefix + "/");
    }

    private StoreException away() {
        StoreAbsence absence = contact.absence();
        return new StoreException("store: " + name
                + (absence == null
                        ? " is away"
                        : " is away since " + absence.since().truncatedTo(ChronoUnit.SECONDS))
                + ": nothing can be changed until it is back; pods and services go on as they are");
    }

    private <T> T write(Supplier<T> ask) {
        if (contact.absence() != null) {
            throw away();
        }
        return ask.get();
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        return write(() -> live.compareAndSet(key, expectedRevision, value));
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        return write(() -> live.compareAndDelete(key, expectedRevision));
    }

    @Override
    public OptionalLong commit(List<Write> writes) {
        return write(() -> live.commit(writes));
    }

    @Override
    public int maxWrites() {
        return live.maxWrites();
    }

    @Override
    public Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        Remembered watch = new Remembered(Keys.check(prefix), onEvent);
        watched.add(watch);
        unwatched.keySet().removeIf(watch::covers); // it has the same, and every save would go past them
        watch.start();
        if (contact.absence() != null) {
            tellFromMemory();
        }
        return watch;
    }

    private void save() {
        try {
            if (changed && System.nanoTime() - nextSaveNanos >= 0) {
                saveNow();
            } else if (!changed && contact.answered().isAfter(confirmed.plusSeconds(CONFIRM_SECONDS))) {
                confirmed = contact.answered();
                file.confirm(confirmed);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("what is known of the store could not be saved: {}", e.getMessage());
        }
    }

    private void saveNow() throws IOException {
        long startNanos = System.nanoTime();
        changed = false;
        Instant answered = contact.answered();
        try {
            file.write(all(), answered);
            confirmed = answered;
        } catch (IOException e) {
            changed = true; // still
            throw e;
        } finally {
            nextSaveNanos = System.nanoTime() + REST * (System.nanoTime() - startNanos);
        }
    }

    private List<Versioned> all() {
        Map<String, Versioned> all = new TreeMap<>(unwatched);
        for (Remembered each : watched) {
            all.keySet().removeIf(each::covers);
        }
        watched.forEach(each -> all.putAll(each.relay.known()));
        return new ArrayList<>(all.values());
    }

    @Override
    public void close() {
        contact.close();
        saver.shutdown();
        try {
            if (saver.awaitTermination(CONFIRM_SECONDS, TimeUnit.SECONDS) && changed) {
                saveNow();
            }
        } catch (IOException e) {
            LOG.warn("what is known of the store could not be saved: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watched.forEach(Remembered::close);
        live.close();
    }
}
