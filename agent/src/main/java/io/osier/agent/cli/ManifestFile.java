package io.osier.agent.cli;

import io.osier.agent.model.Manifests;
import io.osier.agent.model.ValidationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Manifests from a file or from standard input. All of them are read before any is used. */
final class ManifestFile {
    private ManifestFile() {}

    static List<ObjectNode> read(Path file) {
        boolean stdin = file.toString().equals("-");
        try {
            String text = stdin ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : Files.readString(file);
            return Manifests.read(text);
        } catch (NoSuchFileException e) {
            throw CliException.failed(file + ": no such file");
        } catch (IOException e) {
            throw CliException.failed(file + ": " + e.getMessage());
        } catch (ValidationException e) {
            throw CliException.failed((stdin ? "standard input" : file) + ": " + e.getMessage());
        }
    }
}
