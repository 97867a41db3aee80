package io.osier.dataplane.worker;

/** Where a worker takes the time from: {@code System::nanoTime}, or a test's own. */
@FunctionalInterface
public interface NanoClock {
    long nanoTime();
}
