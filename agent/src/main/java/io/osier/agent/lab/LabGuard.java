package io.osier.agent.lab;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that a lab which does not come up is removed, whether it failed or somebody pressed Ctrl-C. The thread that made
 * this is the one that builds; it is stopped before anything is removed, or it would go on building behind the remover's back.
 */
final class LabGuard {
    private static final long STOP_SECONDS = 30;

    private final Runnable remove;
    private final Runnable told;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook;
    private boolean kept;
    private boolean removing;

    /**
     * @param remove takes away what was made
     * @param told that this is done because the process ends; called before it may
     */
    LabGuard(Runnable remove, Runnable told) {
        this.remove = remove;
        this.told = told;
        Thread builder = Thread.currentThread();
        hook = new Thread(() -> interrupted(builder), "osier-lab-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interrupted(Thread builder) {
        interruptUnlessItRemoves(builder);
        try {
            if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                remove.run();
                told.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The remover runs tools and waits for them, which an interrupted thread cannot. */
    private synchronized void interruptUnlessItRemoves(Thread builder) {
        if (!removing) {
            builder.interrupt();
        }
    }

    private synchronized boolean beginToRemove() {
        removing = true;
        return Thread.interrupted();
    }

    /** The lab is complete and stays. */
    void keep() {
        kept = true;
    }

    /**
     * Ends the watch.
     *
     * @throws InterruptedException if the process is ending and nothing stays, whatever else the builder has met: a signal from the
     *     terminal ends its tools, too
     */
    void close() throws InterruptedException {
        boolean interrupted = beginToRemove();
        boolean ending = false;
        try {
            if (!kept) {
                remove.run();
            }
            ending = !unhook();
            if (ending && !kept) {
                told.run(); // once the hook goes on, nobody says anything any more
            }
        } finally {
            stopped.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (ending && !kept) {
            throw new InterruptedException();
        }
    }

    /** False if the process is ending already, and the hook waits for the builder. */
    private boolean unhook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
