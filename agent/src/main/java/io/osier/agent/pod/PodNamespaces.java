package io.osier.agent.pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The pods' named network namespaces. Which of them are ours is noted by inode in a file each, so that a namespace of somebody
 * else with a pod's name is never touched.
 */
public final class PodNamespaces {
    private static final Path NAMED = Path.of("/run/netns");

    private final Path notes;

    /** Notes are kept in this folder. */
    public PodNamespaces(Path notes) {
        this.notes = notes;
        try {
            Files.createDirectories(notes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes the namespace if there is none yet.
     *
     * @throws CommandException if one of that name is somebody else's
     */
    public void ensure(String name) {
        if (isOurs(name)) {
            return;
        }
        if (Files.exists(NAMED.resolve(name))) {
            throw new CommandException(
                    "network namespace " + name + " exists and is not Osier's: choose another name or remove it with"
                            + " 'ip netns delete " + name + "'",
                    null);
        }
        CommandRunner.run("ip", "netns", "add", name);
        try {
            Files.writeString(notes.resolve(name), inode(name));
        } catch (IOException e) {
            CommandRunner.run("ip", "netns", "delete", name);
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the namespace with whatever runs in it; one that is not ours, or not there, is left alone. */
    public void delete(String name) {
        if (isOurs(name)) {
            killAllIn(name);
            CommandRunner.run("ip", "netns", "delete", name);
        }
        try {
            Files.deleteIfExists(notes.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All namespaces that are noted as ours. */
    public List<String> list() {
        try (Stream<Path> files = Files.list(notes)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isOurs(String name) {
        try {
            String noted = Files.readString(notes.resolve(name), StandardCharsets.UTF_8);
            return Files.exists(NAMED.resolve(name)) && noted.equals(inode(name));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String inode(String name) throws IOException {
        return String.valueOf(Files.getAttribute(NAMED.resolve(name), "unix:ino"));
    }

    private static void killAllIn(String name) {
        for (String pid : CommandRunner.run("ip", "netns", "pids", name).lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
