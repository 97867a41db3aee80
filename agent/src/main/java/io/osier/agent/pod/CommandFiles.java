package io.osier.agent.pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the commands' output goes and what is noted of them, a file of each for every command. Safe for any thread. */
final class CommandFiles {
    private static final String LOG_SUFFIX = ".log";

    private final Path logs;
    private final Path notes;

    CommandFiles(Path logs, Path notes) {
        this.logs = logs;
        this.notes = notes;
        try {
            Files.createDirectories(logs);
            Files.createDirectories(notes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path log(String key) {
        return logs.resolve(key + LOG_SUFFIX);
    }

    Path note(String key) {
        return notes.resolve(key);
    }

    /** The keys of a pod's commands of which there is a note. */
    List<String> notes(String namespace) {
        return files(notes, namespace, "").stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    /** Deletes all of a pod's files. */
    void forget(String namespace) throws IOException {
        List<Path> files = new ArrayList<>(files(logs, namespace, LOG_SUFFIX));
        files.addAll(files(notes, namespace, ""));
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private static List<Path> files(Path folder, String namespace, String suffix) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                String name = file.getFileName().toString();
                if (name.endsWith(suffix)
                        && CommandId.isOf(namespace, name.substring(0, name.length() - suffix.length()))) {
                    files.add(file);
                }
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
