package io.osier.agent.cli;

import io.osier.agent.model.Manifest;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.ValidationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Manifests from a file or from standard input. What is wrong with one of them keeps none of the others from being used.
 *
 * @param name what complaints call it
 */
record ManifestFile(String name, List<Manifest> manifests) {
    static ManifestFile read(Path file) {
        boolean stdin = FilenameOptions.isStandardInput(file);
        String name = stdin ? "standard input" : file.toString();
        try (InputStream in = stdin ? System.in : Files.newInputStream(file)) {
            return new ManifestFile(name, Manifests.read(in.readNBytes(Manifests.MAX_BYTES + 1)));
        } catch (IOException e) {
            throw CliException.failed(name + ": " + e.getMessage());
        } catch (ValidationException e) {
            throw CliException.failed(name + ": " + e.getMessage());
        }
    }
}
