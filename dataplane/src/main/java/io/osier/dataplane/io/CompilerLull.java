package io.osier.dataplane.io;

import java.util.concurrent.TimeUnit;

/**
 * Tells when the JVM's compilers have next to nothing left to do, by how long they have worked; some trifle always comes. What is
 * counted is the time that finished compilations took, so that a long one is not seen while it goes on: one quiet look is not
 * enough.
 */
final class CompilerLull {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    /** What may come in one look. */
    private static final long TRIFLE_MILLIS = 15;

    private static final int QUIET_LOOKS = 2;
    /** Who got no processor for fewer rounds than this has given the compilers nothing to do. */
    private static final int MIN_ROUNDS_PER_LOOK = 50;

    private long lookedNanos;
    private long compiledMillis;
    private int rounds;
    private int quietLooks;

    /** @param compiledMillis how long the compilers have worked, ever */
    CompilerLull(long nowNanos, long compiledMillis) {
        lookedNanos = nowNanos;
        this.compiledMillis = compiledMillis;
    }

    /** To be asked after each round of work. */
    boolean isReached(long nowNanos, long nowCompiledMillis) {
        rounds++;
        if (nowNanos - lookedNanos < LOOK_NANOS || rounds < MIN_ROUNDS_PER_LOOK) {
            return false;
        }
        quietLooks = nowCompiledMillis - compiledMillis > TRIFLE_MILLIS ? 0 : quietLooks + 1;
        lookedNanos = nowNanos;
        compiledMillis = nowCompiledMillis;
        rounds = 0;
        return quietLooks >= QUIET_LOOKS;
    }
}
