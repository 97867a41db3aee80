package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a rehearsal has rehearsed enough. */
class CompilerLullTest {
    private final CompilerLull lull = new CompilerLull(0, 1_000);
    private long nowMillis;
    private long compiledMillis = 1_000;

    /** Rounds of a millisecond each, in which the compilers take so much. */
    private boolean reachedIn(int millis, long compilingMillis) {
        boolean reached = false;
        for (int i = 1; i <= millis; i++) {
            nowMillis++;
            long compiled = compiledMillis + compilingMillis * i / millis;
            reached |= lull.isReached(TimeUnit.MILLISECONDS.toNanos(nowMillis), compiled);
        }
        compiledMillis += compilingMillis;
        return reached;
    }

    @Test
    void twoLooksAtIdleCompilersAreEnough() {
        assertThat(reachedIn(599, 0)).isFalse();
        assertThat(reachedIn(1, 0)).isTrue();
    }

    @Test
    void aTrifleDoesNotPutItOff() {
        assertThat(reachedIn(600, 30)).isTrue();
    }

    @Test
    void whatMattersDoes() {
        assertThat(reachedIn(1_200, 80)).isFalse();
        assertThat(reachedIn(600, 0)).isTrue();
    }

    @Test
    void aLongCompilationThatEndsBetweenTwoQuietLooksBeginsItAnew() {
        assertThat(reachedIn(300, 0)).isFalse();
        assertThat(reachedIn(300, 290)).isFalse();
        assertThat(reachedIn(300, 0)).isFalse();
        assertThat(reachedIn(300, 0)).isTrue();
    }

    @Test
    void whoHardlyGetsAProcessorKnowsNothing() {
        for (int i = 1; i < 100; i++) {
            assertThat(lull.isReached(TimeUnit.SECONDS.toNanos(i), 1_000)).isFalse();
        }
        assertThat(lull.isReached(TimeUnit.SECONDS.toNanos(100), 1_000)).isTrue();
    }
}
