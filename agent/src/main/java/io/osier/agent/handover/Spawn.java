package io.osier.agent.handover;

import com.sun.jna.Memory;
import com.sun.jna.StringArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts a process with descriptors from 3 on, which {@link ProcessBuilder} would close ({@code posix_spawn(3)}). A shell in
 * between says to the process which of the environments that it may hear of is its own, since only it knows its id.
 */
record Spawn(List<String> command, Map<String, String> environment, Path log) {
    private static final int FIRST = 3;
    private static final int FILE_ACTIONS_BYTES = 256; // posix_spawn_file_actions_t has 80

    private static final String SHELL =
            "log=$1; shift; LISTEN_PID=$$; export LISTEN_PID; exec \"$@\" </dev/null >>\"$log\" 2>&1";

    /** Starts the command with these descriptors; returns the id of its process. */
    long start(Map<String, Integer> descriptors) throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", SHELL, "sh", log.toString()));
        words.addAll(command);
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(environment);
        all.put("LISTEN_FDS", Integer.toString(descriptors.size()));
        all.put("LISTEN_FDNAMES", String.join(":", descriptors.keySet()));
        List<Integer> aside = new ArrayList<>();
        Memory actions = new Memory(FILE_ACTIONS_BYTES);
        NativeCalls.posix_spawn_file_actions_init(actions);
        try {
            for (int descriptor : descriptors.values()) {
                // Above all that they are moved to, so that none is overwritten before it is moved itself.
                int moved = NativeCalls.fcntl(descriptor, NativeCalls.F_DUPFD_CLOEXEC, FIRST + descriptors.size());
                if (moved < 0) {
                    throw NativeCalls.failure("descriptor " + descriptor);
                }
                NativeCalls.posix_spawn_file_actions_adddup2(actions, moved, FIRST + aside.size());
                aside.add(moved);
            }
            int[] pid = new int[1];
            int errno = NativeCalls.posix_spawnp(
                    pid,
                    "sh",
                    actions,
                    null,
                    new StringArray(words.toArray(String[]::new)),
                    new StringArray(all.entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .toArray(String[]::new)));
            if (errno != 0) {
                throw NativeCalls.failure(command.get(0), errno);
            }
            return pid[0];
        } finally {
            NativeCalls.posix_spawn_file_actions_destroy(actions);
            aside.forEach(NativeCalls::close);
        }
    }
}
