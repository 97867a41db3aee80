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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
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
    private volatile Runnable onChange = () -> {};

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

    void onChange(Runnable action) {
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
        onChange.run();
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

    /** The cluster as this node has it; drops the deletions that the store knows of. */
    ClusterState seen(ClusterState cluster) {
        if (deletions.isEmpty()) {
            return cluster;
        }
        if (!areDue()) {
            settle(cluster.pods());
        }
        return new ClusterState(
                cluster.nodes(),
                cluster.pods().stream().map(this::seen).toList(),
                cluster.services(),
                cluster.endpoints(),
                cluster.slices());
    }

    private void settle(List<Pod> pods) {
        Set<String> present = new HashSet<>();
        pods.forEach(pod -> present.add(String.valueOf(pod.metadata().uid())));
        synchronized (file) {
            if (deletions.keySet().retainAll(present)) {
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
