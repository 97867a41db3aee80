package io.osier.agent.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and {@code kill} into an orderly end, as {@code tcpdump} does: what runs is told to stop, may finish its file,
 * and the process ends with the exit code that it would have had without the signal.
 */
final class CaptureEnd implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private volatile int exitCode = 1;

    /** @param giveUp what is to be done if what runs does not end in time */
    CaptureEnd(Runnable stop, Runnable giveUp) {
        hook = new Thread(() -> await(stop, giveUp), "osier-capture-end");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** All went well so far. */
    void succeed() {
        exitCode = 0;
    }

    private void await(Runnable stop, Runnable giveUp) {
        stop.run();
        try {
            if (finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                // A signal's own exit code would call this a failure.
                Runtime.getRuntime().halt(exitCode);
            }
            giveUp.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything is written; signals end the process at once again. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is running: it waits for this.
        }
        finished.countDown();
    }
}
