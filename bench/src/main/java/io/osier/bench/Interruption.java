package io.osier.bench;

import io.osier.bench.traffic.Shell;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets Ctrl-C stop what is being done and then wait until everything that was made is removed again. The thread that makes this
 * is the one that measures and cleans up.
 */
final class Interruption {
    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch cleaned = new CountDownLatch(1);
    private final Thread hook;

    Interruption(Shell shell) {
        Thread measuring = Thread.currentThread();
        hook = new Thread(
                () -> {
                    measuring.interrupt();
                    shell.close();
                    try {
                        cleaned.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "bench-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** It is over: everything has been removed and said. */
    @SuppressWarnings("EmptyCatch")
    void close() {
        cleaned.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, and the hook is what waits for this.
        }
    }
}
