package io.osier.agent.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Where manifests are read from. */
final class FilenameOptions {
    private static final Pattern MANIFEST = Pattern.compile(".*\\.(yaml|yml|json)");

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            split = ",",
            description = "A file of manifests, a directory with such files, or - for standard input")
    List<Path> named = List.of();

    @Option(
            names = {"-R", "--recursive"},
            description = "Of a directory also what is in its directories")
    boolean recursive;

    boolean isGiven() {
        return !named.isEmpty();
    }

    /** The files that are named, and in place of a directory those in it, by their names. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Path path : named) {
            if (Files.isDirectory(path)) {
                files.addAll(filesIn(path));
            } else if (isStandardInput(path) && files.contains(path)) {
                throw CliException.usage("-f -: standard input can be read once only");
            } else if (isStandardInput(path) || Files.exists(path)) {
                files.add(path);
            } else {
                throw CliException.failed(path + ": no such file");
            }
        }
        return files;
    }

    static boolean isStandardInput(Path path) {
        return path.toString().equals("-");
    }

    private List<Path> filesIn(Path directory) {
        try (Stream<Path> found = Files.walk(directory, recursive ? Integer.MAX_VALUE : 1)) {
            List<Path> files = found.filter(
                            file -> MANIFEST.matcher(file.toString()).matches() && Files.isRegularFile(file))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw CliException.failed(directory + ": no .yaml, .yml or .json file in it");
            }
            return files;
        } catch (IOException | UncheckedIOException e) {
            throw CliException.failed(directory + ": not all of it can be read");
        }
    }
}
