package io.osier.agent.store.directory;

import io.osier.agent.store.Write;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Many keys written as one. The new files are made in the hidden folder {@code .batch}, where nobody looks, with a list of what
 * is to be done with them:
 *
 * <pre>
 * 4711                                 the revision
 * put 0 services/default/web           .batch/4711-0 becomes this key
 * delete services/default/old          this key goes, if it is older than the revision
 * </pre>
 *
 * <p>All that is flushed to the disk, and then the list gets its name, {@code todo}: from that moment the batch counts. What the
 * list says can be done again as often as need be, so whoever has the store's lock next finishes what a dead writer left. The
 * caller holds the lock.
 */
final class BatchFiles {
    static final String FOLDER = ".batch";

    /** From here on, flushing the whole file system is faster than flushing each file. */
    private static final int MANY = 16;

    private final Path folder;
    private final Path todo;
    private final KeyFiles files;

    BatchFiles(Path root, KeyFiles files) {
        this.folder = root.resolve(FOLDER);
        this.todo = folder.resolve("todo");
        this.files = files;
    }

    /** Makes the folder, and removes files that belong to no batch that counts. */
    void open() throws IOException {
        Files.createDirectories(folder);
        finish();
        try (Stream<Path> left = Files.list(folder)) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Writes all, or nothing at all if this fails. */
    void commit(long revision, List<Write> writes) throws IOException {
        List<Path> made = new ArrayList<>();
        boolean counts = false;
        try {
            StringBuilder list = new StringBuilder().append(revision).append('\n');
            boolean many = writes.size() > MANY;
            for (Write write : writes) {
                byte[] value = write.value();
                if (value == null) {
                    list.append("delete ").append(write.key()).append('\n');
                    continue;
                }
                files.makeFolder(write.key());
                list.append("put ")
                        .append(made.size())
                        .append(' ')
                        .append(write.key())
                        .append('\n');
                Path file = file(revision, made.size());
                made.add(file);
                create(file, KeyFiles.content(revision, value), !many);
            }
            Path draft = folder.resolve(revision + "-todo");
            made.add(draft);
            create(draft, list.toString().getBytes(StandardCharsets.US_ASCII), !many);
            if (many) {
                FileSystemSync.flush(folder);
            }
            Files.move(draft, todo, StandardCopyOption.ATOMIC_MOVE);
            counts = true;
            KeyFiles.flush(folder);
        } finally {
            if (!counts) {
                for (Path file : made) {
                    Files.deleteIfExists(file);
                }
            }
        }
        finish();
    }

    /** Does what is left of a batch that counts. */
    void finish() throws IOException {
        if (!todo.toFile().exists()) {
            return;
        }
        List<String> lines = Files.readAllLines(todo, StandardCharsets.US_ASCII);
        long revision = Long.parseLong(lines.get(0));
        Set<Path> folders = new LinkedHashSet<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", -1);
            String key = words[words.length - 1];
            folders.add(files.folderOf(key));
            if (words[0].equals("put")) {
                Path file = file(revision, Integer.parseInt(words[1]));
                if (file.toFile().exists()) {
                    files.adopt(file, key);
                }
            } else if (files.revisionOf(key) < revision) {
                files.remove(key);
            }
        }
        for (Path changed : folders) {
            KeyFiles.flush(changed);
        }
        Files.delete(todo);
    }

    private Path file(long revision, int number) {
        return folder.resolve(revision + "-" + number);
    }

    private static void create(Path file, byte[] content, boolean flushed) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            out.write(content);
            if (flushed) {
                out.getFD().sync();
            }
        }
    }
}
