package io.osier.agent.lab;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that a lab which does not come up is removed, whether it failed or somebody pressed Ctrl-C. The thread that made
 * this is the one that builds; it is stopped before anything is removed, or it would go on building behind the remover's back.
 */
final class LabGuard implements AutoCloseable {
    private static final long STOP_SECONDS = 30;

    private final Runnable remove;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook;
    private boolean kept;

    LabGuard(Runnable remove) {
        this.remove = remove;
        Thread builder = Thread.currentThread();
        hook = new Thread(() -> interrupted(builder), "osier-lab-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interrupted(Thread builder) {
        builder.interrupt();
        try {
            if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                remove.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The lab is complete and stays. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        // The remover runs tools and waits for them, which an interrupted thread cannot.
        boolean interrupted = Thread.interrupted();
        try {
            if (!kept) {
                remove.run();
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, and the hook is what waits for this.
        } finally {
            stopped.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
