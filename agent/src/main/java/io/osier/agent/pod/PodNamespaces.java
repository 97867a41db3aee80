package io.osier.agent.pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The pods' named network namespaces. Which of them are ours is noted by inode in a file each, so that a namespace of somebody
 * else with a pod's name is never touched.
 */
public final class PodNamespaces {
    static final Path NAMED = Path.of("/run/netns");
    private static final String HALF_MADE = "half made";

    /** A process of it may have ended by itself before it is killed. */
    private static final String EMPTY_AND_DELETE =
            "ip netns pids \"$0\" | xargs -r kill -s KILL; exec ip netns delete \"$0\"";

    private final Path notes;
    private final Launcher launcher = PodLaunchers.present();

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
     * @return whether there was none
     * @throws CommandException if one of that name is somebody else's
     */
    public boolean ensure(String name) {
        if (isOurs(name)) {
            return false;
        }
        if (isHalfMade(name)) {
            launcher.runOutside("ip", "netns", "delete", name);
        }
        if (Files.exists(NAMED.resolve(name))) {
            throw new CommandException(
                    "network namespace " + name + " exists and is not Osier's: choose another name or remove it with"
                            + " 'ip netns delete " + name + "'",
                    null);
        }
        try {
            // Noted before it is there, so that an agent that dies in between knows it for its own.
            write(name, HALF_MADE);
            CrashPoint.NAMESPACE_NOTED.reached();
            launcher.runOutside("ip", "netns", "add", name);
            CrashPoint.NAMESPACE_HALF_MADE.reached();
            write(name, inode(name));
            CrashPoint.NAMESPACE_MADE.reached();
            return true;
        } catch (IOException e) {
            throw new CommandException("network namespace " + name + ": " + e.getMessage(), e);
        } catch (CommandException e) {
            forget(name);
            throw e;
        }
    }

    /** Removes the namespace with whatever runs in it; one that is not ours, or not there, is left alone. */
    public void delete(String name) {
        if (isOurs(name) || isHalfMade(name)) {
            launcher.runOutside("sh", "-c", EMPTY_AND_DELETE, name);
            CrashPoint.NAMESPACE_DELETED.reached();
        }
        forget(name);
    }

    /** All namespaces that are noted as ours. */
    public List<String> list() {
        try (Stream<Path> files = Files.list(notes)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the namespace is there, and is the one that was made here. */
    public boolean isOurs(String name) {
        try {
            return Files.exists(NAMED.resolve(name)) && noted(name).equals(inode(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isHalfMade(String name) {
        try {
            return Files.exists(NAMED.resolve(name)) && noted(name).equals(HALF_MADE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String noted(String name) throws IOException {
        try {
            return Files.readString(notes.resolve(name), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private void write(String name, String note) throws IOException {
        Path temporary = notes.resolve("." + name);
        Files.writeString(temporary, note);
        Files.move(temporary, notes.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void forget(String name) {
        try {
            Files.deleteIfExists(notes.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String inode(String name) throws IOException {
        return String.valueOf(Files.getAttribute(NAMED.resolve(name), "unix:ino"));
    }
}
