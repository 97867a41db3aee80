package io.osier.agent.reconcile;

import io.osier.agent.model.Json;
import io.osier.agent.model.Pod;
import io.osier.agent.store.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pods that were deleted while the store was away: for this node they are being deleted, whatever the store says. Those of its
 * own it takes down, and tells the store when that is back. They are kept in a file, by the pods' uids, so that neither an agent that starts anew
 * nor another pod of the name takes one for the other. Safe for any thread.
 */
public final class LocalDeletions {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDeletions.class);
    private static final int MAX_DELETIONS = 10_000;

    private final StateStore store;
    private final Path file;
    private final Map<String, Instant> deletions = new ConcurrentSkipListMap<>(); // by uid
    private volatile Consumer<Pod> onChange = pod -> {};

    private record Noted(Map<String, Instant> uids) {}

    public LocalDeletions(StateStore store, Path file) {
        this.store = store;
        this.file = file;
        if (Files.exists(file)) {
            try {
                deletions.putAll(
                        Json.read(Files.readAllBytes(file), Noted.class).uids());
            } catch (IOException | RuntimeException e) {
                LOG.warn("deletions noted in {} are not known any more: {}", file, e.getMessage());
            }
        }
    }

    /** @param action is told each pod that is deleted here from now on */
    void onChange(Consumer<Pod> action) {
        onChange = action;
    }

    /** Whether this is the time for them. */
    public boolean areDue() {
        return store.absence().isPresent();
    }

    /**
     * Deletes a pod here and now; a second time changes nothing.
     *
     * @throws IllegalStateException if there are too many
     */
    public void add(Pod pod) {
        synchronized (file) {
            String uid = String.valueOf(pod.metadata().uid());
            if (deletions.size() >= MAX_DELETIONS) {
                throw new IllegalStateException("more than " + MAX_DELETIONS + " pods wait to be deleted in the store");
            }
            if (deletions.putIfAbsent(uid, Instant.now()) == null) {
                note();
            }
        }
        onChange.accept(pod);
    }

    /** Whether this pod was deleted so. */
    public boolean contains(Pod pod) {
        return deletions.containsKey(String.valueOf(pod.metadata().uid()));
    }

    /** The pod as this node has it. */
    public Pod seen(Pod pod) {
        Instant deletedAt = deletions.get(String.valueOf(pod.metadata().uid()));
        return deletedAt == null || pod.metadata().deletionTimestamp() != null
                ? pod
                : Pod.of(pod.metadata().deletedAt(deletedAt), pod.spec(), pod.status());
    }

    /** Drops the deletions that the store knows of. */
    void settle(Predicate<String> isThere) {
        if (deletions.isEmpty() || areDue()) {
            return;
        }
        synchronized (file) {
            if (deletions.keySet().removeIf(uid -> !isThere.test(uid))) {
                note();
            }
        }
    }

    private void note() {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try {
            Files.write(draft, Json.bytes(new Noted(Map.copyOf(deletions))));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("a deletion cannot be noted in " + file + ": " + e.getMessage(), e);
        }
    }
}
