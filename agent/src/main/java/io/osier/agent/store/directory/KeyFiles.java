package io.osier.agent.store.directory;

import io.osier.agent.store.Keys;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The files that hold the keys: a key is a path, its file has the revision in the first line and the value behind it. Files
 * that are not of this form, or whose name is no key, are passed over. Readers need no lock, writers hold the store's.
 */
final class KeyFiles {
    private static final String TEMPORARY = ".tmp-";
    /** What a watch touches to wake its own thread. */
    static final String NUDGE = ".nudge-";

    private final Path root;
    /** How many characters of a file's path come before its key. */
    private final int keyStart;

    KeyFiles(Path root) {
        this.root = root;
        keyStart = root.resolve("k").toString().length() - 1; // that of "/" has its slash already
    }

    /** Tells one content of a file from the next without reading it: every write makes a new file. */
    record Stamp(@Nullable Object inode, long modifiedNanos, long size) {
        static Stamp of(BasicFileAttributes attributes) {
            return new Stamp(
                    attributes.fileKey(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.size());
        }
    }

    /**
     * The key that this file would be; it need not be one. That of the root is empty. Cut off as text: {@link Path#relativize}
     * makes a path of each name.
     *
     * @param file the root, or below it
     */
    String keyOf(Path file) {
        String path = file.toString();
        return path.length() < keyStart ? "" : path.substring(keyStart);
    }

    Optional<Versioned> read(String key) throws IOException {
        boolean exists = root.resolve(key).toFile().exists(); // much sooner said than thrown
        return exists ? readPresent(key) : Optional.empty();
    }

    /** The same of a key whose file was there a moment ago. */
    Optional<Versioned> readPresent(String key) throws IOException {
        Path file = root.resolve(key);
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            throw e;
        } catch (IOException e) {
            if (Files.isDirectory(file)) {
                return Optional.empty();
            }
            throw e;
        }
        int end = 0;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        if (end == content.length) {
            return Optional.empty();
        }
        try {
            long revision = Long.parseLong(new String(content, 0, end, StandardCharsets.US_ASCII));
            return revision < 1
                    ? Optional.empty()
                    : Optional.of(new Versioned(key, revision, Arrays.copyOfRange(content, end + 1, content.length)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The keys below a prefix that files have for names; all of them for the empty prefix. */
    SortedSet<String> keys(String prefix) throws IOException {
        SortedSet<String> keys = new TreeSet<>();
        walk(root.resolve(prefix), Integer.MAX_VALUE, new Walker() {
            @Override
            void file(Path file, BasicFileAttributes attributes) {
                String key = keyOf(file);
                if (attributes.isRegularFile() && Keys.isKey(key)) {
                    keys.add(key);
                }
            }
        });
        return keys;
    }

    /** What is directly in a folder: the files whose names are keys, by key, and the folders that may hold keys. */
    record Listing(SortedMap<String, Stamp> files, List<Path> folders) {}

    Listing list(Path folder) throws IOException {
        Listing listing = new Listing(new TreeMap<>(), new ArrayList<>());
        walk(folder, 1, new Walker() {
            @Override
            void file(Path file, BasicFileAttributes attributes) {
                String key = keyOf(file);
                if (!Keys.isKey(key)) {
                    return;
                }
                if (attributes.isDirectory()) {
                    listing.folders().add(file);
                } else if (attributes.isRegularFile()) {
                    listing.files().put(key, Stamp.of(attributes));
                }
            }
        });
        return listing;
    }

    /** The file's stamp; null if there is none. */
    @Nullable
    Stamp stamp(String key) {
        try {
            return Stamp.of(Files.readAttributes(root.resolve(key), BasicFileAttributes.class));
        } catch (IOException e) {
            return null;
        }
    }

    /** The revision of a key; {@link StateStore#ABSENT} if it is not there. */
    long revisionOf(String key) throws IOException {
        return read(key).map(Versioned::revision).orElse(StateStore.ABSENT);
    }

    /** What a key's file holds. */
    static byte[] content(long revision, byte[] value) {
        byte[] head = (revision + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] content = Arrays.copyOf(head, head.length + value.length);
        System.arraycopy(value, 0, content, head.length, value.length);
        return content;
    }

    /** Replaces the key's value in one step: whoever reads sees the old one or the new one, also if this process dies. */
    void write(String key, long revision, byte[] value) throws IOException {
        Path folder = makeFolder(key);
        Path temporary = folder.resolve(TEMPORARY + revision);
        ByteBuffer content = ByteBuffer.wrap(content(revision, value));
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(false);
        }
        adopt(temporary, key);
        flush(folder);
    }

    /** Makes a whole file the key's; whoever calls flushes the folder. */
    void adopt(Path file, String key) throws IOException {
        Files.move(file, root.resolve(key), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes the key's file; whoever calls flushes the folder. */
    boolean remove(String key) throws IOException {
        return Files.deleteIfExists(root.resolve(key));
    }

    boolean delete(String key) throws IOException {
        boolean deleted = remove(key);
        flush(folderOf(key));
        return deleted;
    }

    /** Removes what dead writers left. */
    void sweep() throws IOException {
        walk(root, Integer.MAX_VALUE, new Walker() {
            @Override
            void file(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                if (name.startsWith(TEMPORARY) || name.startsWith(NUDGE)) {
                    Files.deleteIfExists(file);
                }
            }
        });
    }

    /** Visits a folder and what is below it; what goes away meanwhile, as temporary files do, is not there. */
    private static void walk(Path folder, int depth, Walker walker) throws IOException {
        walker.start = folder;
        Files.walkFileTree(folder, Set.of(), depth, walker);
    }

    /** What is done with files that are not hidden, nor below a hidden folder. */
    private abstract static class Walker extends SimpleFileVisitor<Path> {
        private @Nullable Path start;

        abstract void file(Path file, BasicFileAttributes attributes) throws IOException;

        @Override
        public final FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            if (!folder.equals(start) && folder.getFileName().toString().startsWith(".")) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public final FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            file(file, attributes);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public final FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException || !Files.exists(file)) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }
    }

    /** The folder that a key's file is in. */
    Path folderOf(String key) {
        return parentOf(root.resolve(key));
    }

    /** The same, made if it is not there. */
    Path makeFolder(String key) throws IOException {
        Path folder = folderOf(key);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            for (Path made = folder; !made.equals(root); made = parentOf(made)) {
                flush(parentOf(made));
            }
        }
        return folder;
    }

    private Path parentOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? root : parent;
    }

    /** A name is on the disk when its folder is. */
    static void flush(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
