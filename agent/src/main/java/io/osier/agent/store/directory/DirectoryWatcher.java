package io.osier.agent.store.directory;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells watches what changes in the directory, whoever changed it. The kernel's notifications name files; a file that is named
 * is read again, and a watch hears of it if its revision is new. Where notifications were lost, everything is looked at.
 */
final class DirectoryWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);

    /** Notifications come at once; this bounds how long a lost one can stay unnoticed. */
    private static final long LOOK_AROUND_SECONDS = 5;

    private final Path root;
    private final DirectoryStore store;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Map<WatchKey, Path> folders = new HashMap<>();
    private final Set<Path> watched = new HashSet<>();
    private @Nullable WatchService service;
    private @Nullable Thread thread;

    DirectoryWatcher(Path root, DirectoryStore store) {
        this.root = root;
        this.store = store;
    }

    /** One watch, and the revisions that it has been told. Used by the watcher's thread only, but for {@link #close}. */
    private final class Subscription implements StateStore.Watch {
        private final String prefix;
        private final Consumer<StoreEvent> onEvent;
        private final Map<String, Long> told = new HashMap<>();
        private boolean synced;

        Subscription(String prefix, Consumer<StoreEvent> onEvent) {
            this.prefix = prefix + "/";
            this.onEvent = onEvent;
        }

        void look(String key) {
            if (!synced || !key.startsWith(prefix)) {
                return;
            }
            store.get(key).ifPresentOrElse(this::put, () -> delete(key));
        }

        void lookAround() {
            Set<String> gone = new TreeSet<>(told.keySet());
            for (Versioned entry : store.list(prefix.substring(0, prefix.length() - 1))) {
                gone.remove(entry.key());
                put(entry);
            }
            gone.forEach(this::delete);
            if (!synced) {
                synced = true;
                onEvent.accept(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
            }
        }

        private void put(Versioned entry) {
            Long last = told.put(entry.key(), entry.revision());
            if (last == null || last != entry.revision()) {
                onEvent.accept(new StoreEvent(StoreEvent.Type.PUT, entry.key(), entry));
            }
        }

        private void delete(String key) {
            if (told.remove(key) != null) {
                onEvent.accept(new StoreEvent(StoreEvent.Type.DELETE, key, null));
            }
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }

    synchronized StateStore.Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        Subscription subscription = new Subscription(prefix, onEvent);
        subscriptions.add(subscription);
        try {
            if (thread == null) {
                service = root.getFileSystem().newWatchService();
                WatchService started = service;
                thread = new Thread(() -> run(started), "osier-store-watch");
                thread.setDaemon(true);
                thread.start();
            } else {
                // Wakes the watcher: it finds a subscription that is not synced.
                Files.createDirectories(root);
                Path nudge = Files.createTempFile(root, ".watch", "");
                Files.deleteIfExists(nudge);
            }
        } catch (IOException e) {
            subscriptions.remove(subscription);
            throw DirectoryStore.failure("watch", prefix, e);
        }
        return subscription;
    }

    private void run(WatchService service) {
        try {
            registerFolders(service);
            while (true) {
                serveOnce(service);
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            Thread.currentThread().interrupt(); // the store is being closed
        }
    }

    private void serveOnce(WatchService service) throws InterruptedException {
        try {
            for (Subscription subscription : subscriptions) {
                if (!subscription.synced) {
                    subscription.lookAround();
                }
            }
            WatchKey key = service.poll(LOOK_AROUND_SECONDS, TimeUnit.SECONDS);
            if (key == null) {
                registerFolders(service);
                lookAround();
            } else {
                handle(service, key);
            }
        } catch (StoreException e) {
            LOG.warn("{}; looking again", e.getMessage());
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private void handle(WatchService service, WatchKey key) {
        Path folder = folders.get(key);
        for (WatchEvent<?> event : key.pollEvents()) {
            if (folder == null || event.kind() == OVERFLOW) {
                lookAround();
            } else if (event.context() instanceof Path name) {
                Path file = folder.resolve(name);
                if (Files.isDirectory(file)) {
                    registerFolders(service);
                    lookAround();
                } else if (!name.toString().startsWith(".")) {
                    String changed = store.keyOf(file);
                    subscriptions.forEach(subscription -> subscription.look(changed));
                }
            }
        }
        if (!key.reset()) {
            watched.remove(folders.remove(key));
        }
    }

    private void lookAround() {
        subscriptions.forEach(Subscription::lookAround);
    }

    private void registerFolders(WatchService service) {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path folder : paths.filter(Files::isDirectory).toList()) {
                if (!watched.contains(folder)) {
                    folders.put(folder.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY), folder);
                    watched.add(folder);
                }
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // A folder that went away meanwhile is met again, or not, on the next round.
            watched.removeIf(folder -> !Files.isDirectory(folder));
        }
    }

    @Override
    public synchronized void close() {
        subscriptions.clear();
        if (thread != null) {
            thread.interrupt();
        }
        if (service != null) {
            try {
                service.close();
            } catch (IOException e) {
                throw DirectoryStore.failure("close", "the watch", e);
            }
        }
    }
}
