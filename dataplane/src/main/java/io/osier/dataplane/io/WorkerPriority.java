package io.osier.dataplane.io;

/**
 * Whether a worker comes before other programs. The kernel's own network does, since it works in interrupts and in the system calls
 * of the programs at both ends; a worker that shares the processors with these evenly holds both of them up while it moves
 * bulk. With small packets it is the other way round: who writes them gets fewer done at a time, and each costs more.
 *
 * <p>The thread gets a lower niceness, and so does its process's {@link Autogroup}, since at that the other one ends. Needs
 * {@code CAP_SYS_NICE}; without it, all works as before.
 */
public final class WorkerPriority {
    /** Some nine times the share of a program that is as nice as most. */
    private static final int FIRST = -10;

    private static final int PRIO_PROCESS = 0; // and 0 for whom: this thread

    private WorkerPriority() {}

    /** Sets the calling thread's, and that of others of its process only together against all others. */
    public static void set(boolean first) {
        int niceness = first ? FIRST : 0;
        Libc.setpriority(PRIO_PROCESS, 0, niceness);
        Autogroup.ofThisProcess().setNiceness(niceness);
    }
}
