package io.osier.agent.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What is remembered of a command across agents: its process id, when that process began, and how often it was started again.
 * The beginning is in the kernel's own ticks since boot (proc(5), field 22), which no correction of the clock moves.
 *
 * @param begun whether it has been given leave to become the command; before that it has done nothing
 * @param startTicks empty if the process had gone before it could be asked
 */
record ProcessNote(long pid, String startTicks, int restarts, boolean begun) {
    private static final String WAITING = "waiting";
    private static final int FIELDS_FROM_STATE_TO_START = 19;

    /** Of a process that waits for leave. */
    static ProcessNote of(ProcessHandle process, int restarts) {
        return new ProcessNote(process.pid(), startTicksOf(process.pid()), restarts, false);
    }

    ProcessNote asBegun() {
        return new ProcessNote(pid, startTicks, restarts, true);
    }

    /** What the file says; nothing if there is none, or half of one. */
    static Optional<ProcessNote> read(Path file) {
        try {
            String[] fields = Files.readString(file).strip().split(" ", -1);
            if (fields.length != 3 && !(fields.length == 4 && fields[3].equals(WAITING))) {
                return Optional.empty();
            }
            return Optional.of(new ProcessNote(
                    Long.parseLong(fields[0]), fields[1], Integer.parseInt(fields[2]), fields.length == 3));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Replaces the file as a whole. */
    void write(Path file) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName());
        Files.writeString(temporary, pid + " " + startTicks + " " + restarts + (begun ? "\n" : " " + WAITING + "\n"));
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
