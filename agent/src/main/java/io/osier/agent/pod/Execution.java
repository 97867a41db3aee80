package io.osier.agent.pod;

import java.io.InputStream;
import java.io.OutputStream;

/** Words that were started and are talked to while they last. Safe for any thread. */
interface Execution extends AutoCloseable {
    OutputStream stdin();

    InputStream stdout();

    InputStream stderr();

    /** Waits for the end and returns the exit code; a shell's for a signal, {@link Launcher#UNKNOWN_EXIT_CODE} if nobody knows. */
    int await() throws InterruptedException;

    /** Ends it with all that it started, if it has not ended; a second time for nothing. */
    @Override
    void close();
}
