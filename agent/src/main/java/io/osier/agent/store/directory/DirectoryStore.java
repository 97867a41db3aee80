package io.osier.agent.store.directory;

import io.osier.agent.store.Keys;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A {@link StateStore} in a directory: one file a key.
 *
 * <p>A write goes to a temporary file that is flushed to the disk and renamed over the key, so a reader sees the old value or
 * the new one and a writer that dies leaves the old. Writers of all processes take turns by a lock on {@code .lock}, which also
 * holds the last revision. A file that is no key of ours counts as absent. Several keys are written together by way of
 * {@link BatchFiles}.
 */
public final class DirectoryStore implements StateStore {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final int MAX_WRITES = 4096;

    private final StoreLock lock;
    private final KeyFiles files;
    private final BatchFiles batches;
    private final DirectoryWatcher watcher;

    private DirectoryStore(Path root) {
        this.lock = new StoreLock(root.resolve(".lock"));
        this.files = new KeyFiles(root);
        this.batches = new BatchFiles(root, files);
        this.watcher = new DirectoryWatcher(root, files);
    }

    /** Opens the store, and makes it if there is none. */
    public static DirectoryStore open(Path root) {
        try {
            Files.createDirectories(root);
            Files.setPosixFilePermissions(root, OWNER_ONLY); // there is a secret among the keys
            DirectoryStore store = new DirectoryStore(root.toRealPath());
            store.recover();
            return store;
        } catch (IOException e) {
            throw failure("open", root.toString(), e);
        }
    }

    /** Removes what a dead writer left, and makes sure that no revision is given twice. */
    private void recover() throws IOException {
        lock.run(turn -> {
            batches.open();
            files.sweep();
            long highest =
                    entries("").stream().mapToLong(Versioned::revision).max().orElse(0);
            if (highest > turn.lastRevision()) {
                turn.setRevision(highest);
            }
            return true;
        });
    }

    @Override
    public Optional<Versioned> get(String key) {
        try {
            return files.read(Keys.check(key));
        } catch (IOException e) {
            throw failure("read", key, e);
        }
    }

    @Override
    public List<Versioned> list(String prefix) {
        try {
            return entries(Keys.check(prefix));
        } catch (IOException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        Keys.check(key);
        try {
            return write(turn -> {
                if (files.revisionOf(key) != expectedRevision) {
                    return OptionalLong.empty();
                }
                long revision = turn.nextRevision();
                files.write(key, revision, value);
                return OptionalLong.of(revision);
            });
        } catch (IOException e) {
            throw failure("write", key, e);
        }
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        Keys.check(key);
        try {
            return write(turn -> {
                if (expectedRevision == ABSENT || files.revisionOf(key) != expectedRevision) {
                    return false;
                }
                turn.nextRevision();
                return files.delete(key);
            });
        } catch (IOException e) {
            throw failure("delete", key, e);
        }
    }

    @Override
    public OptionalLong commit(List<Write> writes) {
        StateStore.check(writes, MAX_WRITES);
        try {
            return write(turn -> {
                for (Write write : writes) {
                    if (files.revisionOf(write.key()) != write.expectedRevision()) {
                        return OptionalLong.empty();
                    }
                }
                long revision = turn.nextRevision();
                batches.commit(revision, writes);
                return OptionalLong.of(revision);
            });
        } catch (IOException e) {
            throw failure("write", writes.get(0).key() + " and others", e);
        }
    }

    @Override
    public int maxWrites() {
        return MAX_WRITES;
    }

    /** A turn begins where the one before it should have ended. */
    private <T> T write(StoreLock.Action<T> action) throws IOException {
        return lock.run(turn -> {
            batches.finish();
            return action.run(turn);
        });
    }

    @Override
    public Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        return watcher.watch(Keys.check(prefix), onEvent);
    }

    @Override
    public void close() {
        watcher.close();
    }

    private List<Versioned> entries(String prefix) throws IOException {
        List<Versioned> entries = new ArrayList<>();
        for (String key : files.keys(prefix)) {
            if (!key.equals(prefix)) {
                files.read(key).ifPresent(entries::add);
            }
        }
        return entries;
    }

    static StoreException failure(String verb, String what, Exception e) {
        boolean interrupted = e instanceof ClosedByInterruptException || e instanceof FileLockInterruptionException;
        return new StoreException(
                "store: cannot " + verb + " " + what + ": " + (interrupted ? "interrupted" : e.getMessage()), e);
    }
}
