package io.osier.agent.handover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The service manager's side: hears one agent out, keeps what it leaves, and starts the next with it. Owned by one thread.
 */
public final class KeptDescriptors implements AutoCloseable {
    private final Path path;
    private final DescriptorSocket socket;
    private final Map<String, Integer> kept = new LinkedHashMap<>();

    private KeptDescriptors(Path path, DescriptorSocket socket) {
        this.path = path;
        this.socket = socket;
    }

    /**
     * Begins to listen where the agent's {@code NOTIFY_SOCKET} says.
     *
     * @throws IOException in one line, if that cannot be
     */
    public static KeptDescriptors listen(Path path) throws IOException {
        Files.deleteIfExists(path); // of one that was killed
        return new KeptDescriptors(path, DescriptorSocket.listen(path.toString()));
    }

    /** Hears one message out; false if none has come in time. */
    public boolean hear(int timeoutMillis) throws IOException {
        DescriptorSocket.Message message = socket.receive(timeoutMillis);
        if (message == null) {
            return false;
        }
        List<String> lines = message.text().lines().toList();
        List<Integer> descriptors = message.descriptors();
        if (lines.contains("FDSTORE=1") && descriptors.size() == 1) {
            forget(nameIn(lines));
            kept.put(nameIn(lines), descriptors.get(0));
        } else {
            if (lines.contains("FDSTOREREMOVE=1")) {
                forget(nameIn(lines));
            }
            descriptors.forEach(NativeCalls::close); // which is what a BARRIER waits for
        }
        return true;
    }

    private static String nameIn(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("FDNAME="))
                .map(line -> line.substring("FDNAME=".length()))
                .findFirst()
                .orElse("stored");
    }

    private void forget(String name) {
        Integer present = kept.remove(name);
        if (present != null) {
            NativeCalls.close(present);
        }
    }

    /** How many there are. */
    public int count() {
        return kept.size();
    }

    /**
     * Starts a process with what is kept, which stays kept.
     *
     * @param log what the process says is appended to it
     * @return its process id
     * @throws IOException in one line, if it cannot be started
     */
    public long start(List<String> command, Map<String, String> environment, Path log) throws IOException {
        return new Spawn(command, environment, log).start(kept);
    }

    @Override
    public void close() throws IOException {
        kept.values().forEach(NativeCalls::close);
        kept.clear();
        socket.close();
        Files.deleteIfExists(path);
    }
}
