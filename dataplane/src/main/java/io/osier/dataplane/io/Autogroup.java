package io.osier.dataplane.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel's scheduling group of this process's session, where it has such groups and they are on (sched(7), "The autogroup
 * feature"). What a thread's niceness counts for ends at it: whether a session or another comes first is said here.
 */
final class Autogroup {
    private static final Path SESSION_ID_AND_OTHERS = Path.of("/proc/self/stat");
    private static final Path GROUP = Path.of("/proc/self/autogroup");

    /** Fields behind the name, which may have blanks in it: state, parent, process group, session. */
    private static final int SESSION = 3;

    private final Path stat;
    private final Path group;

    Autogroup(Path stat, Path group) {
        this.stat = stat;
        this.group = group;
    }

    static Autogroup ofThisProcess() {
        return new Autogroup(SESSION_ID_AND_OTHERS, GROUP);
    }

    /**
     * Gives the group a niceness, from -20 to 19, if it is this process's own; a group that has the shell in it that began
     * this process is left alone.
     *
     * @return whether it was given
     */
    boolean setNiceness(int niceness) {
        try {
            if (!leadsSession()) {
                return false;
            }
            Files.writeString(group, Integer.toString(niceness));
            return true;
        } catch (IOException e) {
            return false; // no such groups, or not allowed to
        }
    }

    private boolean leadsSession() throws IOException {
        String line = Files.readString(stat);
        String pid = line.substring(0, line.indexOf(' '));
        String session = line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[SESSION];
        return session.equals(pid);
    }
}
