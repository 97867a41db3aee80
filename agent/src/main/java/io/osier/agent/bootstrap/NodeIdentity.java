package io.osier.agent.bootstrap;

import io.osier.dataplane.packet.IpPrefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a node knows of itself without asking the store: who it is, and which subnet it had. Two files in its state directory. */
final class NodeIdentity {
    private final Path identity;
    private final Path subnet;

    NodeIdentity(Path stateDirectory) {
        identity = stateDirectory.resolve("identity");
        subnet = stateDirectory.resolve("subnet");
    }

    /** A random number, made when it is first asked for: two machines never share it, whatever they are called. */
    String id() throws IOException {
        String present = read(identity);
        if (present != null) {
            return present;
        }
        String made = UUID.randomUUID().toString();
        write(identity, made);
        return made;
    }

    /** The subnet that it had when it last ran; null if it has not, or if that cannot be read. */
    @Nullable
    IpPrefix subnet() throws IOException {
        String text = read(subnet);
        try {
            return text == null ? null : IpPrefix.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    void remember(IpPrefix leased) {
        try {
            write(subnet, leased.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String read(Path file) throws IOException {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? null : text;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static void write(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.writeString(draft, text + "\n");
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
