package io.osier.agent.store.directory;

import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One watch of {@link DirectoryWatcher}, and what it has been told. For the watcher's thread only. */
final class Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    private final String prefix;
    private final KeyFiles files;
    private final Consumer<StoreEvent> onEvent;
    private final NavigableMap<String, Told> told = new TreeMap<>();
    private boolean synced;

    /** What was last told of a key; the stamp is no newer than the revision. */
    private record Told(long revision, KeyFiles.@Nullable Stamp stamp) {}

    Subscription(String prefix, KeyFiles files, Consumer<StoreEvent> onEvent) {
        this.prefix = prefix + "/";
        this.files = files;
        this.onEvent = onEvent;
    }

    /** Whether all that there was has been told. */
    boolean isSynced() {
        return synced;
    }

    /** All that there is has been told. */
    void sync() {
        if (!synced) {
            synced = true;
            tell(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
        }
    }

    /** Whether keys in this folder are watched; the folder's name ends in a slash, or is empty. */
    boolean covers(String folder) {
        return folder.startsWith(prefix);
    }

    /** Whether what is watched is in this folder, or in folders of it. */
    boolean isWithin(String folder) {
        return prefix.startsWith(folder);
    }

    /** A key's file has changed. */
    void look(String key) throws IOException {
        if (synced && key.startsWith(prefix)) {
            lookAt(key, files.stamp(key));
        }
    }

    /** This is what there is in a folder. What was told of folders that are not there any more goes with them. */
    void compare(String folder, KeyFiles.Listing present) throws IOException {
        if (covers(folder)) {
            for (Map.Entry<String, KeyFiles.Stamp> file : present.files().entrySet()) {
                Told before = told.get(file.getKey());
                if (before == null || !file.getValue().equals(before.stamp())) {
                    lookAt(file.getKey(), file.getValue());
                }
            }
        }
        for (String key : missing(folder, present)) {
            lookAt(key, null);
        }
    }

    private List<String> missing(String folder, KeyFiles.Listing present) {
        Set<String> folders = new HashSet<>();
        for (Path inner : present.folders()) {
            folders.add(folder + inner.getFileName());
        }
        List<String> missing = new ArrayList<>();
        for (String key : told.tailMap(folder, true).keySet()) {
            if (!key.startsWith(folder)) {
                break;
            }
            int end = key.indexOf('/', folder.length());
            boolean there = end < 0 ? present.files().containsKey(key) : folders.contains(key.substring(0, end));
            if (!there) {
                missing.add(key);
            }
        }
        return missing;
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
}
