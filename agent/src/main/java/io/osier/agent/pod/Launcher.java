package io.osier.agent.pod;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;

/** Starts and ends what must not end with the agent: pods' commands, and the tools that make pods' namespaces. */
interface Launcher {
    /** What is told of a command whose end nobody saw. */
    int UNKNOWN_EXIT_CODE = -1;

    /**
     * A command that was started.
     *
     * @param process empty if it has ended already
     * @param exitCode how it ended, once it has; {@link #UNKNOWN_EXIT_CODE} if nobody knows
     * @param leave to be called when the process is noted: it waits for that before it becomes the command, and ends if its
     *     starter dies first, so that no command ever runs of which nobody knows
     */
    record Started(Optional<ProcessHandle> process, IntSupplier exitCode, Runnable leave) {
        /** One that waits for nothing. */
        Started(Optional<ProcessHandle> process, IntSupplier exitCode) {
            this(process, exitCode, () -> {});
        }
    }

    /**
     * Starts a command of a pod.
     *
     * @throws IOException or {@link CommandException} in one line, if it cannot be started
     */
    Started start(PodCommand command, Path log) throws IOException;

    /** The command of this key, which an earlier agent started. */
    Started found(String key, ProcessHandle process);

    /** Ends a command, politely first, with all that it started; returns when it is gone, also if it was before. */
    void end(String key, Optional<ProcessHandle> process);

    /**
     * Starts words that somebody outside talks to.
     *
     * @param folder an empty one, for whatever that takes; kept until the execution is closed
     * @throws IOException or {@link CommandException} in one line, if they cannot be started
     */
    Execution execute(List<String> words, Map<String, String> environment, Path folder) throws IOException;

    /** Sees to the end of what an agent before this one had begun to {@link #execute} with this folder, and waits for nobody. */
    default void endLeft(Path folder) {}

    /** The keys of a pod's commands, its first aside, that are there though nobody may have noted them. */
    List<String> others(String namespace);

    /**
     * Runs a tool to its end where whatever it mounts is seen by everybody.
     *
     * @throws CommandException if it fails
     */
    void runOutside(String... command);
}
