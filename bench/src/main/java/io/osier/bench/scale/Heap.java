package io.osier.bench.scale;

import java.lang.management.ManagementFactory;

/** How much of the heap is reachable. */
final class Heap {
    private static final int COLLECTIONS = 3;

    private Heap() {}

    /** The bytes in use after everything that can go has gone. */
    static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
