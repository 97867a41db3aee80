package io.osier.agent.store.directory;

import io.osier.agent.store.Keys;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A {@link StateStore} in a directory: a key is a path, its file holds the revision in the first line and the value behind it.
 *
 * <p>A write goes to a temporary file that is flushed to the disk and renamed over the key, so a reader sees the old value or
 * the new one and a writer that dies leaves the old. Writers of all processes take turns by a lock on {@code .lock}, which also
 * holds the last revision.
 */
public final class DirectoryStore implements StateStore {
    private static final String TEMPORARY = ".tmp-";

    private final Path root;
    private final StoreLock lock;
    private final DirectoryWatcher watcher;

    private DirectoryStore(Path root, StoreLock lock) {
        this.root = root;
        this.lock = lock;
        this.watcher = new DirectoryWatcher(root, this);
    }

    /** Opens the store, and makes it if there is none. */
    public static DirectoryStore open(Path root) {
        try {
            Files.createDirectories(root);
            StoreLock lock = StoreLock.open(root.resolve(".lock"));
            DirectoryStore store = new DirectoryStore(root, lock);
            store.recover();
            return store;
        } catch (IOException e) {
            throw failure("open", root.toString(), e);
        }
    }

    /** Removes what a dead writer left, and makes sure that no revision is given twice. */
    private void recover() throws IOException {
        lock.run(revision -> {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(DirectoryStore::isTemporary).toList()) {
                    Files.deleteIfExists(file);
                }
            }
            long highest =
                    list("").stream().mapToLong(Versioned::revision).max().orElse(0);
            lock.setRevision(Math.max(revision, highest));
            return true;
        });
    }

    @Override
    public Optional<Versioned> get(String key) {
        try {
            return read(Keys.check(key));
        } catch (IOException e) {
            throw failure("read", key, e);
        }
    }

    @Override
    public List<Versioned> list(String prefix) {
        Path folder = prefix.isEmpty() ? root : root.resolve(Keys.check(prefix));
        try (Stream<Path> files = Files.walk(folder)) {
            List<Versioned> entries = new ArrayList<>();
            for (Path file : files.filter(DirectoryStore::isEntry).sorted().toList()) {
                read(keyOf(file)).ifPresent(entries::add);
            }
            return entries;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | java.io.UncheckedIOException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public OptionalLong compareAndSet(String key, long expectedRevision, byte[] value) {
        Path file = root.resolve(Keys.check(key));
        try {
            return lock.run(last -> {
                if (revisionOf(key) != expectedRevision) {
                    return OptionalLong.empty();
                }
                long revision = last + 1;
                lock.setRevision(revision);
                write(file, revision, value);
                return OptionalLong.of(revision);
            });
        } catch (IOException e) {
            throw failure("write", key, e);
        }
    }

    @Override
    public boolean compareAndDelete(String key, long expectedRevision) {
        Path file = root.resolve(Keys.check(key));
        try {
            return lock.run(last -> {
                if (expectedRevision == ABSENT || revisionOf(key) != expectedRevision) {
                    return false;
                }
                lock.setRevision(last + 1);
                return Files.deleteIfExists(file);
            });
        } catch (IOException e) {
            throw failure("delete", key, e);
        }
    }

    @Override
    public Watch watch(String prefix, Consumer<StoreEvent> onEvent) {
        return watcher.watch(Keys.check(prefix), onEvent);
    }

    @Override
    public void close() {
        watcher.close();
        lock.close();
    }

    /** Whether the file is a key, and not a lock or a write in progress. */
    static boolean isEntry(Path file) {
        return Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".");
    }

    String keyOf(Path file) {
        return root.relativize(file).toString();
    }

    private static boolean isTemporary(Path file) {
        return file.getFileName().toString().startsWith(TEMPORARY);
    }

    private long revisionOf(String key) throws IOException {
        return read(key).map(Versioned::revision).orElse(ABSENT);
    }

    /** A file that does not begin with a revision is not ours: it is passed over and never overwritten. */
    private Optional<Versioned> read(String key) throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(root.resolve(key));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (Files.isDirectory(root.resolve(key)) || e instanceof NotDirectoryException) {
                return Optional.empty();
            }
            throw e;
        }
        int end = 0;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        try {
            long revision = Long.parseLong(new String(content, 0, end, StandardCharsets.US_ASCII));
            byte[] value = new byte[Math.max(0, content.length - end - 1)];
            System.arraycopy(content, Math.min(content.length, end + 1), value, 0, value.length);
            return Optional.of(new Versioned(key, revision, value));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void write(Path file, long revision, byte[] value) throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Files.createDirectories(folder);
        Path temporary = folder.resolve(TEMPORARY + revision);
        byte[] head = (revision + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer content = ByteBuffer.allocate(head.length + value.length)
                .put(head)
                .put(value)
                .flip();
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(false);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static StoreException failure(String verb, String what, Exception e) {
        return new StoreException("store: cannot " + verb + " " + what + ": " + e.getMessage(), e);
    }
}
