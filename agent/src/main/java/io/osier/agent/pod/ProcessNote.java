package io.osier.agent.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a command across agents: its process id, when that process began, how often it was started again, and how
 * it ended, if that was for good.
 * The beginning is in the kernel's own ticks since boot (proc(5), field 22), which no correction of the clock moves.
 *
 * @param begun whether it has been given leave to become the command; before that it has done nothing
 * @param startTicks empty if the process had gone before it could be asked
 * @param exitCode how it ended for good; null if it has not
 */
record ProcessNote(
        long pid,
        String startTicks,
        int restarts,
        boolean begun,
        @Nullable Integer exitCode) {
    private static final String WAITING = "waiting";
    private static final String ENDED = "ended=";
    private static final int FIELDS_FROM_STATE_TO_START = 19;

    /** Of a process that waits for leave. */
    static ProcessNote of(ProcessHandle process, int restarts) {
        return new ProcessNote(process.pid(), startTicksOf(process.pid()), restarts, false, null);
    }

    ProcessNote asBegun() {
        return new ProcessNote(pid, startTicks, restarts, true, null);
    }

    /** Of a command that is not started again. */
    static ProcessNote ofEnd(int restarts, int exitCode) {
        return new ProcessNote(0, "", restarts, true, exitCode);
    }

    /** What the file says; nothing if there is none, or half of one. */
    static Optional<ProcessNote> read(Path file) {
        try {
            String[] fields = Files.readString(file).strip().split(" ", -1);
            String state = fields.length == 4 ? fields[3] : "";
            boolean ended = state.startsWith(ENDED);
            if (fields.length != 3 && !state.equals(WAITING) && !ended) {
                return Optional.empty();
            }
            return Optional.of(new ProcessNote(
                    Long.parseLong(fields[0]),
                    fields[1],
                    Integer.parseInt(fields[2]),
                    !state.equals(WAITING),
                    ended ? Integer.valueOf(state.substring(ENDED.length())) : null));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Replaces the file as a whole. */
    void write(Path file) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName());
        String state = exitCode != null ? " " + ENDED + exitCode : begun ? "" : " " + WAITING;
        Files.writeString(temporary, pid + " " + startTicks + " " + restarts + state + "\n");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The process, if it still runs and its number was not given to another one. */
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> !startTicks.isEmpty() && startTicks.equals(startTicksOf(pid)));
    }

    private static String startTicksOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The name before the state is in parentheses and may hold anything, parentheses too.
            String[] fromState = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fromState[FIELDS_FROM_STATE_TO_START];
        } catch (IOException e) {
            return "";
        }
    }
}
