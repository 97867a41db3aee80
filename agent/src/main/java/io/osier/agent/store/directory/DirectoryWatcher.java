package io.osier.agent.store.directory;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.osier.agent.store.Keys;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Watchable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells watches what changes in the directory, whoever changed it. The kernel's notifications name files; a file that is named
 * is read again, and a watch hears of it if its revision is new. Where notifications may have been lost, all files of the folder
 * are looked at, and those that changed are read.
 */
final class DirectoryWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);

    /** Notifications come at once; this bounds how long a lost one can stay unnoticed, whatever else is heard of. */
    private static final long LOOK_AROUND_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long RETRY_SECONDS = 1;

    /** Of the time in which more changes than the kernel tells come in a row, one part of so many goes into looking at them. */
    private static final int REST_PARTS = 3;

    private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Path root;
    private final KeyFiles files;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Map<WatchKey, Path> folders = new HashMap<>();
    private final Set<Path> watched = new HashSet<>();
    private @Nullable WatchService service;
    private @Nullable Thread thread;
    /** Notifications were taken and not dealt with; the watcher's thread only. */
    private boolean behind;

    private long lookedAroundNanos;
    private long lastLookNanos;

    DirectoryWatcher(Path root, KeyFiles files) {
        this.root = root;
        this.files = files;
    }

    /** What a watch was last told of a key; the stamp is no newer than the revision. */
    private record Told(long revision, KeyFiles.@Nullable Stamp stamp) {}

    /** One watch, and what it has been told. Used by the watcher's thread only, but for {@link #close}. */
    private final class Subscription implements Watchable.Watch {
        private final String prefix;
        private final Consumer<StoreEvent> onEvent;
        private final Map<String, Told> told = new HashMap<>();
        private boolean synced;

        Subscription(String prefix, Consumer<StoreEvent> onEvent) {
            this.prefix = prefix;
            this.onEvent = onEvent;
        }

        void look(String key) throws IOException {
            if (synced && key.startsWith(prefix + "/")) {
                lookAt(key, files.stamp(key));
            }
        }

        void lookAround() throws IOException {
            compare(files.stamps(prefix), told.keySet());
            if (!synced) {
                synced = true;
                tell(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
            }
        }

        /** Looks at the keys of one folder, and not at those of the folders in it. */
        void lookAroundIn(Path folder) throws IOException {
            String name = files.keyOf(folder);
            if (synced && (name + "/").startsWith(prefix + "/")) {
                compare(
                        files.stampsIn(folder),
                        told.keySet().stream()
                                .filter(key -> key.lastIndexOf('/') == name.length() && key.startsWith(name))
                                .toList());
            }
        }

        private void compare(Map<String, KeyFiles.Stamp> present, Collection<String> known) throws IOException {
            for (Map.Entry<String, KeyFiles.Stamp> file : present.entrySet()) {
                Told before = told.get(file.getKey());
                if (before == null || !file.getValue().equals(before.stamp())) {
                    lookAt(file.getKey(), file.getValue());
                }
            }
            for (String key : List.copyOf(known)) {
                if (!present.containsKey(key)) {
                    lookAt(key, null);
                }
            }
        }

        private void lookAt(String key, KeyFiles.@Nullable Stamp stamp) throws IOException {
            Optional<Versioned> entry = stamp == null ? Optional.empty() : files.readPresent(key);
            if (entry.isEmpty()) {
                if (told.remove(key) != null) {
                    tell(new StoreEvent(StoreEvent.Type.DELETE, key, null));
                }
                return;
            }
            Told before = told.put(key, new Told(entry.get().revision(), stamp));
            if (before == null || before.revision() != entry.get().revision()) {
                tell(new StoreEvent(StoreEvent.Type.PUT, key, entry.get()));
            }
        }

        /** A listener's trouble is its own: the others go on hearing. */
        private void tell(StoreEvent event) {
            try {
                onEvent.accept(event);
            } catch (RuntimeException e) {
                LOG.error("whoever watches {} failed at {} {}", prefix, event.type(), event.key(), e);
            }
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }

    synchronized Watchable.Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
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
                Files.deleteIfExists(Files.createTempFile(root, KeyFiles.NUDGE, ""));
            }
        } catch (IOException e) {
            subscriptions.remove(subscription);
            throw DirectoryStore.failure("watch", prefix, e);
        }
        return subscription;
    }

    private void run(WatchService service) {
        try {
            behind = true;
            while (true) {
                serveOnce(service);
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            Thread.currentThread().interrupt(); // the store is being closed
        }
    }

    private void serveOnce(WatchService service) throws InterruptedException {
        try {
            // Whoever comes from here on has its turn the next time: its folders may not be watched yet.
            List<Subscription> present = List.copyOf(subscriptions);
            if (behind || isAnyNew(present)) {
                registerFolders(service);
            }
            lookAround(present);
            if (isAnyNew(subscriptions)) {
                return;
            }
            WatchKey key = service.poll(LOOK_AROUND_NANOS, TimeUnit.NANOSECONDS);
            behind = true;
            if (key != null) {
                behind = handle(key) || System.nanoTime() - lookedAroundNanos > LOOK_AROUND_NANOS;
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            LOG.warn(
                    "{}; looking again",
                    DirectoryStore.failure("watch", root.toString(), e).getMessage());
            TimeUnit.SECONDS.sleep(RETRY_SECONDS);
        }
    }

    /** Looks at the files that the notifications name; true if everything has to be looked at. */
    private boolean handle(WatchKey key) throws IOException, InterruptedException {
        Path folder = folders.get(key);
        boolean everything = folder == null;
        boolean wholeFolder = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            if (folder != null && event.context() instanceof Path name) {
                everything |= look(folder.resolve(name));
            } else if (event.kind() == OVERFLOW) {
                wholeFolder = true;
            }
        }
        if (wholeFolder && folder != null && !everything) {
            everything = lookAroundIn(folder);
        }
        if (!key.reset()) {
            Path gone = folders.remove(key);
            if (gone != null) {
                watched.remove(gone);
            }
        }
        return everything;
    }

    /** Looks at a file that has changed; true if it is a folder. */
    private boolean look(Path file) throws IOException {
        String changed = files.keyOf(file);
        if (!Keys.isKey(changed)) {
            return false; // what is hidden, temporary files above all
        }
        if (file.toFile().isDirectory()) {
            return true;
        }
        for (Subscription subscription : subscriptions) {
            subscription.look(changed);
        }
        return false;
    }

    /**
     * Looks at all of a folder after a rest: where more changes come than the kernel tells, still more are coming, and looking
     * takes the longer the more there are. Returns whether there are folders in it that nobody watches.
     */
    private boolean lookAroundIn(Path folder) throws IOException, InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.min(REST_PARTS * lastLookNanos, MAX_REST_NANOS));
        long startNanos = System.nanoTime();
        for (Subscription subscription : subscriptions) {
            subscription.lookAroundIn(folder);
        }
        lastLookNanos = System.nanoTime() - startNanos;
        return files.foldersIn(folder).stream().anyMatch(inner -> isOfInterest(inner) && !watched.contains(inner));
    }

    private static boolean isAnyNew(List<Subscription> some) {
        return some.stream().anyMatch(subscription -> !subscription.synced);
    }

    private void lookAround(List<Subscription> present) throws IOException {
        for (Subscription subscription : present) {
            if (behind || !subscription.synced) {
                subscription.lookAround();
            }
        }
        if (behind) {
            behind = false;
            lookedAroundNanos = System.nanoTime();
        }
    }

    private void registerFolders(WatchService service) throws IOException {
        KeyFiles.walk(root, new KeyFiles.Walker() {
            @Override
            void folder(Path folder) throws IOException {
                if (isOfInterest(folder) && watched.add(folder)) {
                    try {
                        folders.put(folder.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY), folder);
                    } catch (IOException e) {
                        watched.remove(folder);
                        if (Files.isDirectory(folder)) {
                            throw e;
                        }
                    }
                }
            }
        });
    }

    /** Folders on the way to what a watch is about, and those below it. */
    private boolean isOfInterest(Path folder) {
        String name = files.keyOf(folder) + "/";
        return name.equals("/")
                || subscriptions.stream()
                        .map(subscription -> subscription.prefix + "/")
                        .anyMatch(prefix -> name.startsWith(prefix) || prefix.startsWith(name));
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
