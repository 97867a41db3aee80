package io.osier.bench.traffic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The machine's processor time, from the first line of {@code /proc/stat} (proc(5)). */
public final class CpuTime {
    /** USER_HZ is 100 on every architecture that Linux is run on here. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER = 1;
    private static final int NICE = 2;
    private static final int SYSTEM = 3;
    private static final int IRQ = 6;
    private static final int SOFTIRQ = 7;

    private static final long LOOK_MILLIS = 2_000;
    private static final long REST_NANOS = 30_000_000_000L;
    private static final double AT_REST = 0.05;

    private CpuTime() {}

    /** Seconds of work on all processors since the machine started: of programs, of the kernel, of interrupts. */
    public static double busySeconds() {
        try {
            return busySeconds(Files.readAllLines(Path.of("/proc/stat")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The share of all processors, 0 to 1, that is busy while this waits. */
    public static double busyShare() throws InterruptedException {
        double before = busySeconds();
        long start = System.nanoTime();
        Thread.sleep(LOOK_MILLIS);
        double elapsedSeconds = (System.nanoTime() - start) / 1e9;
        return (busySeconds() - before) / elapsedSeconds / Runtime.getRuntime().availableProcessors();
    }

    /** Agents go on compiling for some seconds when they are ready already; the kernel has nothing of the kind. */
    public static void awaitRest() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + REST_NANOS;
        while (busyShare() > AT_REST && System.nanoTime() < deadlineNanos) {
            // it has waited
        }
    }

    static double busySeconds(List<String> stat) {
        String[] words = stat.get(0).split("\\s+", -1);
        double ticks = 0;
        for (int field : new int[] {USER, NICE, SYSTEM, IRQ, SOFTIRQ}) {
            ticks += Long.parseLong(words[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }
}
