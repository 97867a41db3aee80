package io.osier.dataplane.io;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much the present thread takes from the heap. */
final class AllocatedBytes {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocatedBytes() {}

    static long by(Runnable work) {
        long before = soFar();
        work.run();
        return soFar() - before;
    }

    /** Since the thread began. */
    static long soFar() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
