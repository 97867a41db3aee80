package io.osier.bench.scale;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Processor time, and bytes that were allocated, of what the calling thread does in it. */
final class Effort {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long cpuNanos;
    private long allocatedBytes;

    void spend(Runnable work) {
        long id = Thread.currentThread().getId();
        long startNanos = THREADS.getCurrentThreadCpuTime();
        long startBytes = THREADS.getThreadAllocatedBytes(id);
        work.run();
        allocatedBytes += THREADS.getThreadAllocatedBytes(id) - startBytes;
        cpuNanos += THREADS.getCurrentThreadCpuTime() - startNanos;
    }

    static Effort of(Runnable work) {
        Effort effort = new Effort();
        effort.spend(work);
        return effort;
    }

    double cpuMillis() {
        return cpuNanos / 1e6;
    }

    double allocatedMegabytes() {
        return allocatedBytes / 1e6;
    }

    /** Begins anew. */
    void reset() {
        cpuNanos = 0;
        allocatedBytes = 0;
    }
}
