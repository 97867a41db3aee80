package io.osier.agent.store.directory;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.osier.agent.store.Keys;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Watchable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells watches what changes in the directory, whoever changed it. The kernel's notifications name files; a file that is named
 * is read again, and a watch hears of it if its revision is new. Where notifications may have been lost, all files of the folder
 * are looked at, and those that changed are read. A folder in which no name has come or gone has the time that it had.
 */
final class DirectoryWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatcher.class);

    /** Notifications come at once; this bounds how long a lost one can stay unnoticed, whatever else is heard of. */
    private static final long LOOK_AROUND_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Longer than the smallest step of a file system's times: what changes later than that has another one. */
    private static final long STEP_MILLIS = 3_000;

    private static final long RETRY_SECONDS = 1;

    /** Of the time in which more changes than the kernel tells come in a row, one part of so many goes into looking at them. */
    private static final int REST_PARTS = 3;

    private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Path root;
    private final KeyFiles files;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Map<WatchKey, Path> keys = new HashMap<>();
    /** The folders that are watched. */
    private final Map<Path, Seen> seen = new HashMap<>();

    private @Nullable WatchService service;
    private @Nullable Thread thread;
    /** Notifications were taken and not dealt with. The watcher's thread only, as all below. */
    private boolean behind = true;

    private long lookedAroundNanos;
    private long lastLookNanos;

    /** A folder as it was when its files were last looked at; the time is null if it could change without a new one. */
    private record Seen(@Nullable FileTime modified, List<Path> folders) {}

    DirectoryWatcher(Path root, KeyFiles files) {
        this.root = root;
        this.files = files;
    }

    synchronized Watchable.Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        Subscription subscription = new Subscription(prefix, files, onEvent);
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
        return () -> subscriptions.remove(subscription);
    }

    private void run(WatchService service) {
        try {
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
            if (behind || isAnyNew(present) || System.nanoTime() - lookedAroundNanos > LOOK_AROUND_NANOS) {
                lookAround(root, present, service);
                present.forEach(Subscription::sync);
                behind = false;
                lookedAroundNanos = System.nanoTime();
            }
            if (isAnyNew(subscriptions)) {
                return;
            }
            WatchKey key = service.poll(LOOK_AROUND_NANOS, TimeUnit.NANOSECONDS);
            if (key != null) {
                behind = true;
                handle(key, service);
                behind = false;
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

    private static boolean isAnyNew(List<Subscription> some) {
        return some.stream().anyMatch(subscription -> !subscription.isSynced());
    }

    /** Looks at a folder, and at those in it, as far as somebody wants to know and may not know yet. */
    private void lookAround(Path folder, List<Subscription> present, WatchService service) throws IOException {
        String name = nameOf(folder);
        if (present.stream().noneMatch(subscription -> subscription.covers(name) || subscription.isWithin(name))) {
            return;
        }
        Seen before = seen.get(folder);
        FileTime modified;
        try {
            if (before == null) { // watched before it is looked at, so that nothing can come in between
                keys.put(register(folder, service), folder);
            }
            modified = Files.getLastModifiedTime(folder);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return; // it has gone since, and the folder that it was in has changed by that
        }
        boolean isToBeLookedAt = behind
                || present.stream().anyMatch(subscription -> !subscription.isSynced() && subscription.covers(name));
        List<Path> inner = before == null || isToBeLookedAt || !modified.equals(before.modified())
                ? lookInto(folder, present, modified)
                : before.folders();
        for (Path each : inner) {
            lookAround(each, present, service);
        }
    }

    /** Files get their names when they are whole; in the root the lock is written to with every change. */
    private WatchKey register(Path folder, WatchService service) throws IOException {
        return folder.equals(root)
                ? folder.register(service, ENTRY_CREATE, ENTRY_DELETE)
                : folder.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
    }

    /** Looks at the files of one folder, and returns the folders in it. */
    private List<Path> lookInto(Path folder, List<Subscription> present, FileTime modified) throws IOException {
        boolean isSettled = System.currentTimeMillis() - modified.toMillis() > STEP_MILLIS;
        KeyFiles.Listing listing = files.list(folder);
        String name = nameOf(folder);
        for (Subscription subscription : present) {
            subscription.compare(name, listing);
        }
        seen.put(folder, new Seen(isSettled ? modified : null, List.copyOf(listing.folders())));
        return listing.folders();
    }

    /** Looks at the files that the notifications name, or at all of the folder. */
    private void handle(WatchKey key, WatchService service) throws IOException, InterruptedException {
        Path folder = keys.get(key);
        boolean isWhole = false;
        boolean isLessThanBefore = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            if (folder != null && event.context() instanceof Path name) {
                Path changed = folder.resolve(name);
                if (event.kind() == ENTRY_DELETE && seen.containsKey(changed)) {
                    forget(changed);
                    isLessThanBefore = true;
                }
                look(changed, service);
            } else if (event.kind() == OVERFLOW) {
                isWhole = true;
            }
        }
        boolean isThere = key.reset();
        if (folder == null) {
            return;
        }
        if (isWhole && isThere) {
            lookAfterRest(folder, service);
        } else if (isLessThanBefore && isThere) {
            lookAround(folder, syncedOnes(), service);
        } else if (!isThere) {
            forget(folder);
            lookAround(folder.equals(root) ? root : files.folderOf(files.keyOf(folder)), syncedOnes(), service);
        }
    }

    /** Looks at a file that has changed, or at a folder that is new. */
    private void look(Path file, WatchService service) throws IOException {
        String changed = files.keyOf(file);
        if (!Keys.isKey(changed)) {
            return; // what is hidden, temporary files above all
        }
        for (Subscription subscription : subscriptions) {
            subscription.look(changed);
        }
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            lookAround(file, syncedOnes(), service);
        }
    }

    /** A folder has gone, or has another name, and all that was in it. */
    private void forget(Path gone) {
        keys.entrySet().removeIf(entry -> {
            boolean isIn = entry.getValue().startsWith(gone);
            if (isIn) {
                entry.getKey().cancel();
            }
            return isIn;
        });
        seen.keySet().removeIf(folder -> folder.startsWith(gone));
    }

    /**
     * Looks at all of a folder after a rest: where more changes come than the kernel tells, still more are coming, and looking
     * takes the longer the more there are.
     */
    private void lookAfterRest(Path folder, WatchService service) throws IOException, InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.min(REST_PARTS * lastLookNanos, MAX_REST_NANOS));
        long startNanos = System.nanoTime();
        lookAround(folder, syncedOnes(), service);
        lastLookNanos = System.nanoTime() - startNanos;
    }

    private List<Subscription> syncedOnes() {
        return subscriptions.stream().filter(Subscription::isSynced).toList();
    }

    private String nameOf(Path folder) {
        String name = files.keyOf(folder);
        return name.isEmpty() ? "" : name + "/";
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
